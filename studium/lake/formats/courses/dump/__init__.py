"""Tables of the platform as files: output of MySQL with a header, or the same as comma-separated values.

Enters: nothing. Leaves: the face of the format, with every table that comes as a file of its own.
"""

from studium.lake.formats.courses.datasets.lists import LISTS
from studium.lake.formats.courses.datasets.tables import TABLES
from studium.lake.formats.face import Format

FORMAT = Format("dump", 2, (*TABLES, *LISTS), f"{__name__}.parser")
