"""Accounts: grants, their migration, tokens, what is remembered of them."""
