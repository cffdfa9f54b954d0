"""What was said to be done is on the disk, also after a power cut."""
