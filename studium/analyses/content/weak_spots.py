"""Weak spots: steps of tutorials that lose more than pages like them, of every complete month, as a mart.

Enters: marts.tutorial_funnels and content_nodes. Leaves: marts.weak_spots, whole: what is usual is told from all
tutorials of a month together.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from studium.analyses.content.expected_losses import LEAST_STEPS, Losses, Steps, expected_losses

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LEAST_BEFORE = 50
LEAST_APART = 10  # kept, and lost: no row tells of fewer people
_DIGITS = 6
_STEPS = f"""
    with totals as (
        select * from marts.tutorial_funnels where class = 'all' and complete
    ),
    kinds as (
        select course_id, page_id, min(page_kind) as page_kind
        from marts.content_nodes where kind = 'page' group by course_id, page_id
    )
    select
        here.taxonomy, here.course_id, here.month, here.node_id, here.step, here.page_id,
        coalesce(kinds.page_kind, '') as page_kind,
        before.users as users_before,
        here.users,
        dense_rank() over (order by here.month) - 1 as month_number,
        dense_rank() over (order by here.taxonomy, here.course_id, here.node_id) - 1 as tutorial,
        dense_rank() over (order by here.taxonomy, here.course_id) - 1 as subject,
        dense_rank() over (order by coalesce(kinds.page_kind, '')) - 1 as kind,
        case when here.step = 2 then 2 when here.step <= 5 then 3 else 6 end as place
    from totals as here
    inner join totals as before
        on
            here.taxonomy = before.taxonomy
            and here.course_id = before.course_id
            and here.month = before.month
            and here.node_id = before.node_id
            and here.step = before.step + 1
    left join kinds on here.course_id = kinds.course_id and here.page_id = kinds.page_id
    where
        before.users >= {LEAST_BEFORE}
        and here.users >= {LEAST_APART}
        and before.users - here.users >= {LEAST_APART}
    order by here.month, here.taxonomy, here.course_id, here.node_id, here.step
"""
_INSERT = """
    insert into marts.weak_spots by name
    select
        steps.taxonomy, steps.course_id, steps.month, steps.node_id, steps.step, steps.page_id,
        steps.users_before, steps.users,
        round((steps.users_before - steps.users) / steps.users_before, 6) as lost_share,
        fitted.expected as expected_share,
        fitted.excess as excess_share,
        fitted.low as excess_low,
        fitted.high as excess_high,
        round(fitted.excess * steps.users_before, 6) as excess_users,
        fitted.flagged as is_weak
    from steps positional join fitted
    where fitted.expected is not null
"""


def replace_weak_spots(connection: "DuckDBPyConnection") -> None:
    """Write all rows anew, in one transaction."""
    connection.execute("begin")
    connection.execute("delete from marts.weak_spots")
    connection.execute(f"create or replace temp table steps as {_STEPS}")
    steps = connection.execute("from steps").fetchnumpy()
    if len(steps["step"]):
        connection.register("fitted", _fitted(steps))
        connection.execute(_INSERT)
        connection.unregister("fitted")
    connection.execute("drop table steps")
    connection.execute("commit")


def _fitted(steps: Mapping[str, NDArray[Any]]) -> pa.Table:
    """A row per step, in the same order; of a month with few steps nothing is known."""
    count = len(steps["step"])
    numbers = {name: np.full(count, np.nan) for name in Losses._fields[:4]}
    flagged = np.zeros(count, dtype=np.bool_)
    columns = {name: np.asarray(steps[name], dtype=np.int64) for name in _WHOLE}
    for month in np.unique(columns["month_number"]):
        rows = np.flatnonzero(columns["month_number"] == month)
        if len(rows) < LEAST_STEPS:
            continue
        of_month = {name: column[rows] for name, column in columns.items()}
        losses = expected_losses(
            Steps(
                of_month["tutorial"],
                (of_month["kind"], of_month["place"], of_month["subject"]),
                of_month["users_before"],
                of_month["users"],
            )
        )
        for name, column in numbers.items():
            column[rows] = np.round(getattr(losses, name), _DIGITS)
        flagged[rows] = losses.flagged
    told = {name: pa.array(column, mask=np.isnan(column)) for name, column in numbers.items()}
    return pa.table(told | {"flagged": pa.array(flagged)})


_WHOLE = ("month_number", "tutorial", "subject", "kind", "place", "users_before", "users")
