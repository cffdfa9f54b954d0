"""The release that is served, and one request's view of it.

Enters: a workspace, a principal. Leaves: rows, with rights applied.
"""

from studium.serve.release.bounds import Bounds
from studium.serve.release.keeper import Keeper, scopes_served
from studium.serve.release.opening import ServedRelease
from studium.serve.release.reader import Read, Reader
from studium.serve.release.refusals import (
    GreedyQueryError,
    NoReleaseError,
    OverdueQueryError,
    UnfitValueError,
)

__all__ = [
    "Bounds",
    "GreedyQueryError",
    "Keeper",
    "NoReleaseError",
    "OverdueQueryError",
    "Read",
    "Reader",
    "ServedRelease",
    "UnfitValueError",
    "scopes_served",
]
