"""Who registers where, and how far each one gets: the tables from which dumps and logs are written alike.

Enters: how many registrants, a seed. Leaves: `registrants`, `blocks` and `visits` in a DuckDB. Half of the registrants
never come; of the others most leave early, so that there are about ten visits for each registrant. Some people know
more than others, some problems are harder than others.
"""

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.packages.content import blocks, course_key

COURSES = 100
PEOPLE = 0.7  # for each registrant: who registers does so for 1.4 courses
NEVER = 0.55  # of the registrants
EARLY = 4  # the power of a uniform draw; a fifth of the content on average

VISITS = """
    create or replace table visits as
    select
        row_number() over () as id, course, course_key, user_id, category, name, is_last,
        'block-v1:' || course_key[11:] || '+type@' || category || '+block@' || name as module_id,
        enrolled + to_seconds(cast(
            86400 * (1 + 0.5 * place) + hash(user_id, course, place) % 30000 as bigint
        )) as visited,
        (hash(user_id, course, place, 'right') % 1000 + 0.5) / 1000
            < 1 / (1 + exp(-ability - 1 - ease)) as is_right,
        1 + hash(user_id, course, place, 'again') % 3 as attempts
    from (
        select
            registrants.*, category, name, place,
            place + 1 = registrants.visits as is_last,
            0.6 * ln(1000 / (hash(user_id, 'ability') % 1000 + 0.5) - 1) as ability,
            hash(course, place, 'ease') % 100 / 50 - 1 as ease
        from registrants
        inner join blocks on blocks.place < registrants.visits
    )
"""


def draw_learners(connection: duckdb.DuckDBPyConnection, registrants: int, seed: int) -> None:
    """Make the tables; the same numbers give the same rows."""
    chance = np.random.default_rng(seed)
    content = blocks()
    outline = pa.table(
        {
            "place": list(range(len(content))),
            "category": [block.category for block in content],
            "name": [block.name for block in content],
        }
    )
    everybody = _registrants(chance, registrants, len(content))  # noqa: F841 - DuckDB finds it
    connection.execute("create or replace table blocks as from outline")
    connection.execute(
        "create or replace table registrants as select *, "
        "timestamp '2024-01-08' + to_seconds(cast(day * 86400 as bigint)) as enrolled from everybody"
    )
    connection.execute(VISITS)
    del outline


def _registrants(chance: np.random.Generator, registrants: int, content: int) -> pa.Table:
    """Courses differ in size by a factor of ten."""
    sizes = 1 / (np.arange(COURSES) + 11)
    sizes = np.maximum(1, np.round(registrants * sizes / sizes.sum())).astype(int)
    people = max(int(registrants * PEOPLE), int(sizes.max()))
    course = np.repeat(np.arange(COURSES), sizes)
    users = [1 + chance.choice(people, size, replace=False) for size in sizes]
    came = chance.random(len(course)) > NEVER
    progress = chance.random(len(course)) ** EARLY
    return pa.table(
        {
            "course": course,
            "course_key": pa.array([course_key(it) for it in range(COURSES)]).take(course),
            "user_id": np.concatenate(users),
            "visits": np.where(came, 1 + progress * content, 0).astype(int),
            "day": (course % 10) * 7 + chance.random(len(course)) * 30,
        }
    )
