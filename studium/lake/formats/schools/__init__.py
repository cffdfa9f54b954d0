"""Files of school districts: rosters, each table declared beside its like."""
