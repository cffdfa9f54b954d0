"""A university of any size, invented as tables, and what it costs to serve it.

`.venv/bin/python -m benchmarks load --learners N --learner-days M`: every page and endpoint, many clients at once.
"""

from benchmarks.serving.measure import main

__all__ = ["main"]
