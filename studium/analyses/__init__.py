"""What SQL cannot say: item response models of a course's problems.

Enters: marts in warehouse.duckdb. Leaves: more marts there, and what they mean.
Importing this stays cheap: NumPy, SciPy and DuckDB are loaded by the functions that need them.
"""

from studium.analyses.descriptions import analysis_catalogue
from studium.analyses.steps import analyse

__all__ = ["analyse", "analysis_catalogue"]
