"""Steps that lose more than pages like them: planted ones are found, and where none is planted none is.

Enters: invented tutorials with known chances to stop. Leaves: what is flagged, and whether intervals hold the truth.
"""

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray

from studium.analyses.content.descriptions import FUNNEL_TABLES
from studium.analyses.content.expected_losses import LEAST_STEPS, Losses, Steps, expected_losses
from studium.analyses.content.weak_spots import replace_weak_spots

TUTORIALS, SEEDS = 300, 20


def invented(
    seed: int, planted: int, of_pages: float = 0.0, least: int = 500
) -> tuple[Steps, NDArray[np.int64], NDArray[np.float64]]:
    """Steps, the rows that lose 20 points more, and the excess that each really has.

    People stop by the kind of page, its place, the subject and the tutorial (sd 0.1 logit).
    """
    drawn = np.random.default_rng(seed)
    rows: list[tuple[int, ...]] = []
    truth: list[float] = []
    chosen = set(drawn.choice(TUTORIALS, planted, replace=False).tolist())
    marked = []
    for tutorial in range(TUTORIALS):
        effect, subject = drawn.normal(0, 0.1), tutorial % 4
        length = int(drawn.integers(4, 9))
        kinds = drawn.integers(0, 3, length)
        # Early enough for 500 people to be left; all begin with many.
        at = int(drawn.integers(1, 4)) if tutorial in chosen else -1
        people = int(drawn.integers(4 * least, 12 * least))
        for step in range(1, length):
            place = 0 if step == 1 else 1 if step == 2 else 2 if step < 5 else 3
            logit = -1.5 + (0.0, 0.4, -0.3)[kinds[step]] + (0.3, 0.1, 0.0, -0.2)[place]
            logit += (0.0, 0.2, -0.2, 0.1)[subject] + effect
            usual = 1 / (1 + np.exp(-logit))
            own = 1 / (1 + np.exp(-logit - drawn.normal(0, of_pages)))
            share = own + (0.2 if step == at else 0.0)
            kept = int(drawn.binomial(people, 1 - share))
            if step == at:
                assert people >= least
                marked.append(len(rows))
            rows.append((tutorial, int(kinds[step]), place, subject, people, kept))
            truth.append(share - usual)
            people = kept
            if people < 50:
                break
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    steps = Steps(columns[0], (columns[1], columns[2], columns[3]), columns[4], columns[5])
    return steps, np.array(marked, dtype=np.int64), np.array(truth)


def ranked(steps: Steps, losses: Losses) -> NDArray[np.int64]:
    scores = np.where(losses.flagged, losses.excess * steps.before, -np.inf)
    order = np.argsort(-scores, kind="stable")
    return order[: int(losses.flagged.sum())]


@pytest.mark.parametrize("of_pages", [0.0, 0.1], ids=["pages as one", "pages differ"])
def test_of_twenty_planted_drops_nineteen_are_among_the_first_twenty_five(of_pages: float) -> None:
    found = []
    for seed in range(SEEDS):
        steps, marked, _ = invented(seed, 20, of_pages)
        first = ranked(steps, expected_losses(steps))[:25]
        found.append(len(set(first.tolist()) & set(marked.tolist())))
    assert np.mean(found) >= 19


@pytest.mark.parametrize("of_pages", [0.0, 0.1, 0.3])
def test_where_none_is_planted_at_most_one_tutorial_of_twenty_is_flagged(of_pages: float) -> None:
    shares = []
    for seed in range(SEEDS):
        steps, _, _ = invented(1_000 + seed, 0, of_pages)
        losses = expected_losses(steps)
        shares.append(losses.flagged.sum() / TUTORIALS)
    assert max(shares) <= 0.05
    assert np.mean(shares) <= 0.01


@pytest.mark.parametrize("of_pages", [0.0, 0.1, 0.3])
def test_intervals_hold_what_is_true_as_often_as_they_say(of_pages: float) -> None:
    """90 % of them, over all steps; of planted ones the sign is right, and the size but for what is shrunk."""
    steps, marked, truth = invented(5, 20, of_pages)
    losses = expected_losses(steps)
    assert (losses.low[marked] > 0).all()
    holds = (losses.low <= truth) & (truth <= losses.high)
    assert holds.mean() >= 0.88
    assert np.abs(losses.excess[marked] - truth[marked]).max() < 0.12


def test_at_most_one_step_of_a_tutorial_is_flagged_and_order_changes_nothing() -> None:
    steps, _, _ = invented(7, 20)
    losses = expected_losses(steps)
    flagged = steps.tutorials[losses.flagged]
    assert len(set(flagged.tolist())) == len(flagged) > 15
    order = np.random.default_rng(1).permutation(len(steps.before))
    mixed = expected_losses(
        Steps(
            steps.tutorials[order],
            tuple(trait[order] for trait in steps.traits),
            steps.before[order],
            steps.kept[order],
        )
    )
    np.testing.assert_allclose(mixed.expected, losses.expected[order], atol=1e-6)
    assert (mixed.flagged == losses.flagged[order]).all()


def test_steps_that_all_or_nobody_leaves_are_read() -> None:
    steps, _, _ = invented(3, 0)
    kept = steps.kept.copy()
    kept[:5], kept[5:10] = 0, steps.before[5:10]
    losses = expected_losses(steps._replace(kept=kept))
    for numbers in losses[:4]:
        assert np.isfinite(numbers).all()


def test_too_few_steps_are_refused() -> None:
    steps, _, _ = invented(3, 0)
    few = Steps(
        steps.tutorials[: LEAST_STEPS - 1],
        tuple(trait[: LEAST_STEPS - 1] for trait in steps.traits),
        steps.before[: LEAST_STEPS - 1],
        steps.kept[: LEAST_STEPS - 1],
    )
    with pytest.raises(ValueError, match="too few"):
        expected_losses(few)


def mart_of(steps: Steps, more: str = "") -> duckdb.DuckDBPyConnection:
    """A warehouse with the bars of `steps` in March, and what else is said; its weak spots."""
    connection = duckdb.connect()
    connection.execute("create schema marts")
    for table in FUNNEL_TABLES:
        columns = ", ".join(f'"{it.name}" {it.type}' for it in table.columns)
        connection.execute(
            f"create table marts.{table.name} ({columns.replace(' string', ' varchar')})"
        )
    connection.execute(
        "create table marts.content_nodes as select 'c' || i as course_id, 'k' || i as page_id,"
        " 'video' as page_kind, 'page' as kind from range(0) as rows (i)"
    )
    rows = []
    begun: set[int] = set()
    places: dict[int, int] = {}
    for tutorial, kind, subject, before, kept in zip(
        steps.tutorials, steps.traits[0], steps.traits[2], steps.before, steps.kept, strict=True
    ):
        course, node, at = f"course{subject}", f"t{tutorial}", places.get(tutorial, 1)
        if tutorial not in begun:
            begun.add(tutorial)
            rows.append((course, node, 1, f"{node}p1", int(before)))
        rows.append((course, node, at + 1, f"{node}p{at + 1}", int(kept)))
        connection.execute(
            "insert into marts.content_nodes values (?, ?, ?, 'page')",
            [course, f"{node}p{at + 1}", f"kind{kind}"],
        )
        places[tutorial] = at + 1
    connection.executemany(
        "insert into marts.tutorial_funnels values"
        " ('outline', ?, date '2024-03-01', ?, ?, ?, 'all', ?, null, true, 7)",
        rows,
    )
    if more:
        connection.execute(more)
    replace_weak_spots(connection)
    return connection


def test_the_mart_names_the_planted_steps_with_what_was_seen_and_expected() -> None:
    steps, marked, _ = invented(11, 20)
    with mart_of(steps) as connection:
        found = connection.execute(
            "select node_id, users_before, users, lost_share, expected_share, excess_low"
            " from marts.weak_spots where is_weak order by excess_users desc"
        ).fetchall()
    planted = {(f"t{steps.tutorials[it]}", int(steps.before[it])) for it in marked}
    assert len({row[:2] for row in found[:25]} & planted) >= 19
    for _, before, users, lost, expected, low in found:
        assert lost == pytest.approx(1 - users / before, abs=1e-6)
        assert lost > expected + low > expected


def test_months_that_are_not_over_and_steps_of_few_people_are_not_compared() -> None:
    steps, _, _ = invented(11, 20)
    april = (
        "insert into marts.tutorial_funnels select * replace (date '2024-04-01' as month, false as complete)"
        " from marts.tutorial_funnels;"
    )
    few = (
        "insert into marts.tutorial_funnels values"
        " ('outline', 'few', '2024-03-01', 'f', 1, 'f1', 'all', 60, null, true, 7),"
        " ('outline', 'few', '2024-03-01', 'f', 2, 'f2', 'all', 51, null, true, 7),"  # 9 lost
        " ('outline', 'few', '2024-03-01', 'f', 3, 'f3', 'all', 9, null, true, 7),"  # 9 kept
        " ('outline', 'few', '2024-03-01', 'g', 1, 'g1', 'all', 49, null, true, 7),"  # 49 before
        " ('outline', 'few', '2024-03-01', 'g', 2, 'g2', 'all', 20, null, true, 7)"
    )
    with mart_of(steps) as before, mart_of(steps, april + few) as after:
        query = "from marts.weak_spots order by all"
        assert before.execute(query).fetchall() == after.execute(query).fetchall()
        assert after.execute("select count(*) from marts.weak_spots").fetchone() != (0,)
