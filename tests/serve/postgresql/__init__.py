"""Accounts in PostgreSQL: what SQLite is held to, on a real server that the tests start."""
