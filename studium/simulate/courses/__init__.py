"""Front door of the simulation: an invented university whose numbers are known.

Enters: a `Plan`. Leaves: a folder with tracking logs (`logs/`), on request data packages
(`packages/`), and the correct answers (`truth/`), for the demo, tests and benchmarks.
"""

from studium.simulate.courses.plan import PACKAGE_TRAPS, TRAPS, Plan, SimulationReport
from studium.simulate.courses.run import simulate

__all__ = ["PACKAGE_TRAPS", "TRAPS", "Plan", "SimulationReport", "simulate"]
