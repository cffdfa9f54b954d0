"""What is served about accounts: sign-in, one's own account, those of others."""
