"""Studium: the open lakehouse for learning data."""

__version__ = "0.1.0"
