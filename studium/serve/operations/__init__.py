"""What is served of releases, datasets and health: a folder per noun."""
