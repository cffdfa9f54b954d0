"""What all rooms speak of: datasets, scopes, rights, tables, outcomes. The ground room: it imports nothing of Studium.

Enters: nothing. Leaves: types that say what a thing is; who does something with it lives in another room.
"""

from studium.vocabulary.areas import AREAS_VARIABLE, area_folders
from studium.vocabulary.datasets import (
    PROVENANCE,
    Column,
    Dataset,
    Keeps,
    Recognition,
    day,
    derived,
    flag,
    number,
    optional,
    personal,
    text,
    time,
    whole,
)
from studium.vocabulary.outcomes import CheckOutcome, EventDay, InputFile, OddColumn
from studium.vocabulary.rights import PARTS, Belonging, Groups, Level, Rights, Trait
from studium.vocabulary.roles import GRANTED, ROLES, Powers, Role, TokenScope
from studium.vocabulary.scopes import KINDS, PARENTS, SITE, Scope, lies_within
from studium.vocabulary.tables import Table, TableColumn

__all__ = [
    "AREAS_VARIABLE",
    "GRANTED",
    "KINDS",
    "PARENTS",
    "PARTS",
    "PROVENANCE",
    "ROLES",
    "SITE",
    "Belonging",
    "CheckOutcome",
    "Column",
    "Dataset",
    "EventDay",
    "Groups",
    "InputFile",
    "Keeps",
    "Level",
    "OddColumn",
    "Powers",
    "Recognition",
    "Rights",
    "Role",
    "Scope",
    "Table",
    "TableColumn",
    "TokenScope",
    "Trait",
    "area_folders",
    "day",
    "derived",
    "flag",
    "lies_within",
    "number",
    "optional",
    "personal",
    "text",
    "time",
    "whole",
]
