"""What the ledger says of the lake, whether the files on disk agree, and how what is lost is made again."""
