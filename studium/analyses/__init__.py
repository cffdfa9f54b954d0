"""What SQL cannot say: statistical models of what the warehouse built, a folder for each area.

Enters: marts in warehouse.duckdb. Leaves: more marts there, and what they mean.
Importing this stays cheap: NumPy, SciPy and DuckDB are loaded by the functions that need them.
"""

from studium.analyses.steps import analyse, analysis_catalogue

__all__ = ["analyse", "analysis_catalogue"]
