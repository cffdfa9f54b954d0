"""Delimited text as columns: lines between tabs, quoted records between commas, the header that names them."""
