"""A pair of accounts that harvests answers is found among honest learners, from the log to the mart."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from tests.lake.conftest import event
from tests.warehouse.warehouses import build_all, land_paths, new_workspace, rows_of

COURSE = "course-v1:MITx+1.00x+2T2099"
START = datetime(2099, 3, 10, 10, tzinfo=UTC)
PROBLEMS = 14


def test_the_pair_that_shares_answers_is_found_and_nobody_else(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    (tmp_path / "a.log").write_bytes(b"\n".join([*_pair(), *_honest()]) + b"\n")
    land_paths(workspace, tmp_path / "a.log")

    build_all(workspace)

    (found,) = rows_of(workspace, "suspicious_pairs")
    assert found[:3] == (COURSE, "master", "harvester")
    # The first two problems were answered before the answer was shown, the third more than an hour after.
    assert found[3:7] == (PROBLEMS, PROBLEMS - 3, PROBLEMS - 2, 100 * (PROBLEMS - 2) / PROBLEMS)
    assert found[7:11] == (PROBLEMS - 3, PROBLEMS - 3, PROBLEMS - 3, PROBLEMS - 2)
    assert found[11] == 20.0
    assert found[12] > 0.9
    assert found[13] is True


def _pair() -> list[bytes]:
    lines = []
    for problem in range(PROBLEMS):
        shown = START + timedelta(hours=problem)
        gap = {0: -60.0, 1: -60.0, 2: 4_000.0}.get(problem, 20.0)
        lines.append(_shown("harvester", problem, shown))
        lines.append(_checked("master", problem, shown + timedelta(seconds=gap), "correct"))
    return lines


def _honest() -> list[bytes]:
    """Twenty people on the same problems, each in their own weeks; they look when they failed."""
    random = Random(7)
    lines = []
    for person in range(20):
        name = f"person{person}"
        for problem in range(PROBLEMS):
            moment = START + timedelta(hours=problem + 3, minutes=random.uniform(0, 60 * 24 * 20))
            success = random.choice(["correct", "incorrect"])
            lines.append(_checked(name, problem, moment, success))
            if success == "incorrect":
                lines.append(_shown(name, problem, moment + timedelta(minutes=1)))
    return lines


def _shown(username: str, problem: int, moment: datetime) -> bytes:
    return _event(username, problem, moment, event_type="showanswer")


def _checked(username: str, problem: int, moment: datetime, success: str) -> bytes:
    details = {"success": success, "attempts": 1, "grade": 1, "answers": {}}
    return _event(username, problem, moment, event_type="problem_check", details=details)


def _event(
    username: str,
    problem: int,
    moment: datetime,
    event_type: str,
    details: dict[str, object] | None = None,
) -> bytes:
    key = f"block-v1:MITx+1.00x+2T2099+type@problem+block@p{problem}"
    return event(
        username=username,
        event_type=event_type,
        event_source="server",
        ip="8.8.8.8" if username in {"master", "harvester"} else f"9.9.9.{len(username)}",
        time=moment.isoformat(),
        event={"problem_id": key, **(details or {})},
    )
