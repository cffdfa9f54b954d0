"""Funnels of a large tree: how long all of them take. `python -m benchmarks funnels`."""

from benchmarks.content.measure import main

__all__ = ["main"]
