"""Data packages of any size, invented, and what it costs to make a release of them.

`.venv/bin/python -m benchmarks packages --registrants N`: 100 courses, ten student modules and ten events a registrant.
"""

from benchmarks.packages.measure import main

__all__ = ["main"]
