"""How foreign files are read: a folder per area, in it one per format, and what the area declares."""
