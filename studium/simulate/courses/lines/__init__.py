"""Front door of the lines: a fact becomes the JSON text that a tracking log holds."""

from studium.simulate.courses.lines.envelope import LineWriter

__all__ = ["LineWriter"]
