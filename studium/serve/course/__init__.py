"""Nouns of a course: each file has its query functions and its JSON routes."""
