"""OneRoster 1.1 and 1.2 as sets of CSV, a declaration per file; the folder or archive of a set names its day."""
