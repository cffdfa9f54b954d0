"""Requests that nobody of ours makes, and what is kept of answers."""
