"""Pages and API: rights, accounts, audit, releases that move."""
