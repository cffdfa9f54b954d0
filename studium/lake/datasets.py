"""The registry of datasets: what each table of the lake is made of, for whoever writes or reads it.

Enters: the declarations of the areas. Leaves: `DATASETS` by name. A table that is not named here keeps its own columns
as text.
"""

from studium.lake.formats.courses.datasets.catalogue import CATALOGUE
from studium.lake.formats.courses.datasets.content import CONTENT
from studium.lake.formats.courses.datasets.tables import TABLES
from studium.vocabulary import Dataset

DATASETS: dict[str, Dataset] = {
    dataset.name: dataset for dataset in (*TABLES, *CONTENT, *CATALOGUE)
}
CATALOGUE_DATASETS = frozenset(dataset.name for dataset in CATALOGUE)
