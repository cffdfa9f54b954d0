"""The registry of dump datasets: what a table of the lake is made of, for whoever writes or reads it.

Enters: nothing. Leaves: `DATASETS` by name. A table of a package that is not named here keeps its own columns as text.
"""

from studium.lake.datasets.catalogue import CATALOGUE
from studium.lake.datasets.columns import PROVENANCE, Column, Dataset
from studium.lake.datasets.content import CONTENT
from studium.lake.datasets.tables import TABLES

DATASETS: dict[str, Dataset] = {
    dataset.name: dataset for dataset in (*TABLES, *CONTENT, *CATALOGUE)
}
CATALOGUE_DATASETS = frozenset(dataset.name for dataset in CATALOGUE)

__all__ = ["CATALOGUE_DATASETS", "DATASETS", "PROVENANCE", "Column", "Dataset"]
