"""Ones own account: sign-in, sign-out, tokens."""
