"""What the ledger says of the lake, and whether the files on disk agree."""
