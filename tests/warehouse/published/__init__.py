"""The tables that other systems published, from ours, compared with their files."""
