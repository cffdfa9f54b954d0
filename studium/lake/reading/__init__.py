"""What every format reads and writes with: the account of a file, its Parquet, tables, documents. Knows no subject."""
