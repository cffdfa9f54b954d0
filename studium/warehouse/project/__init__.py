"""The dbt project of this room without dbt: its models and promises, what each reads, and their SQL."""

from studium.warehouse.project.graph import Graph, Model, Promise, fingerprint
from studium.warehouse.project.parsed import FOLDER, Project, load_engine
from studium.warehouse.project.parsing import write_profile

__all__ = [
    "FOLDER",
    "Graph",
    "Model",
    "Project",
    "Promise",
    "fingerprint",
    "load_engine",
    "write_profile",
]
