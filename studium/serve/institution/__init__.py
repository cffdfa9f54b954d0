"""Nouns of the institution: each file has its query functions and its JSON routes."""
