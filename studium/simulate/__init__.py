"""Front door of the simulation: invented institutions whose numbers are known, a folder for each area.

Enters: a `Plan`. Leaves: a folder with what the systems of an area write, and the correct answers (`truth/`), for
the demo, tests and benchmarks.
"""

from studium.simulate.courses import PACKAGE_TRAPS, TRAPS, Plan, SimulationReport, simulate

__all__ = ["PACKAGE_TRAPS", "TRAPS", "Plan", "SimulationReport", "simulate"]
