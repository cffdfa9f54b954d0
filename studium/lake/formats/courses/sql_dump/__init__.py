"""Dumps of a whole database, as mysqldump writes them.

Enters: nothing. Leaves: the face of the format.
"""

from studium.lake.formats.courses.datasets.tables import TABLES
from studium.lake.formats.face import Format

FORMAT = Format("sql_dump", 2, TABLES, f"{__name__}.parser")
