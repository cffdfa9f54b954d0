"""What SQL cannot say: statistical models of what the warehouse built, a folder for each area.

Enters: marts in warehouse.duckdb. Leaves: more marts there, and what they mean.
Importing this stays cheap: NumPy, SciPy and DuckDB are loaded by the functions that need them.
"""

from typing import TYPE_CHECKING, Any

from studium.analyses.content.definitions import CLASSES, Funnel, check_funnel, nearest
from studium.analyses.content.options import with_options
from studium.analyses.steps import analyse, analysis_catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studium.analyses.content.asking import Reached

__all__ = [
    "CLASSES",
    "Funnel",
    "analyse",
    "analysis_catalogue",
    "answer_funnel",
    "check_funnel",
    "nearest",
    "people_at_steps",
    "with_options",
]


def answer_funnel(views: "Mapping[str, Any]", funnel: Funnel) -> "list[Reached]":
    """People of each class at each step of a checked funnel; `views` as `asking.answer_funnel` wants them."""
    from studium.analyses.content import asking

    return asking.answer_funnel(views, funnel, CLASSES)


def people_at_steps(views: "Mapping[str, Any]", funnel: Funnel) -> "list[Any]":
    """Numbers of the people who came to each step of a checked funnel."""
    from studium.analyses.content import asking

    return list(asking.people_at_steps(views, funnel))
