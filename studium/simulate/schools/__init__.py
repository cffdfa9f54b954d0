"""Front door of the invented district: rosters whose rights are known.

Enters: a `DistrictPlan`. Leaves: sets of OneRoster CSV, and who may see whom on which days (`truth/`).
"""

from studium.simulate.schools.plan import DistrictPlan, DistrictReport
from studium.simulate.schools.run import simulate_district

__all__ = ["DistrictPlan", "DistrictReport", "simulate_district"]
