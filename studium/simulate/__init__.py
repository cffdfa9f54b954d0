"""Front door of the simulation: invented institutions whose numbers are known, a folder for each area.

Enters: a `Plan`, or a `DistrictPlan`. Leaves: a folder with what the systems of an area write, and the correct
answers (`truth/`), for the demo, tests and benchmarks.
"""

from studium.simulate.courses import PACKAGE_TRAPS, TRAPS, Plan, SimulationReport, simulate
from studium.simulate.schools import DistrictPlan, DistrictReport, simulate_district

__all__ = [
    "PACKAGE_TRAPS",
    "TRAPS",
    "DistrictPlan",
    "DistrictReport",
    "Plan",
    "SimulationReport",
    "simulate",
    "simulate_district",
]
