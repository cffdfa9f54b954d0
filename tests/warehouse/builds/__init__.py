"""Which models a build runs, and what it remembers."""
