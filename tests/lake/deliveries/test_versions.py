"""What counts follows from the files that were landed and not taken back, never from the order of either.

Enters: random sequences of landing, growing, correcting, taking back, landing again. Leaves: events of the lake,
compared with those of a plain list of files.
"""

import hashlib
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from studium.config import Settings, Workspace
from studium.lake import inputs, land, retract
from studium.sources import find_files
from tests.lake.conftest import event, rows

LINES = [event(session=str(number)) for number in range(4)]
OTHERS = [event(session=f"corrected {number}") for number in range(4)]
PLACES = ("monday", "tuesday")
# A place, how many lines it holds (0: take its file back), and whether from the second on they are others.
STEPS = st.lists(
    st.tuples(st.sampled_from(PLACES), st.integers(0, 3), st.booleans()), min_size=2, max_size=7
)
FEW = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
Step = tuple[str, int, bool]


def content(count: int, is_corrected: bool) -> bytes:
    lines = [LINES[0], *(OTHERS if is_corrected else LINES)[1:]]
    return b"".join(line + b"\n" for line in lines[:count])


class Model:
    """Files as a list: which contents were landed from where, and which of them were taken back."""

    def __init__(self) -> None:
        self.paths: dict[bytes, set[str]] = {}
        self.counted: set[bytes] = set()

    def land(self, place: str, text: bytes) -> None:
        self.paths.setdefault(text, set()).add(place)
        self.counted.add(text)

    def longest(self, place: str) -> list[bytes]:
        """Contents from a place that no counted one begins with."""
        return [
            text
            for text in sorted(self.counted)
            if place in self.paths[text]
            and not any(it != text and it.startswith(text) for it in self.counted)
        ]

    def retract(self, text: bytes) -> None:
        """Its earlier versions under one of its paths go with it."""
        gone = {
            it for it in self.counted if text.startswith(it) and self.paths[it] & self.paths[text]
        }
        self.counted -= gone


@FEW
@given(STEPS)
def test_events_follow_from_the_files_that_count(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check(steps, Path(folder))


@pytest.mark.soak
@settings(FEW, max_examples=400, derandomize=False)
@given(STEPS)
def test_events_follow_from_the_files_that_count_in_many_sequences(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check(steps, Path(folder))


@pytest.mark.parametrize("is_long_first", [False, True])
def test_what_a_longer_version_replaced_counts_again(is_long_first: bool, tmp_path: Path) -> None:
    short, long = ("monday", 1, False), ("tuesday", 3, False)
    workspace = check([long, short] if is_long_first else [short, long], tmp_path)
    retract(workspace, "tuesday/tracking.log")
    assert land(workspace, []).failed == []
    assert len(rows(workspace, "event_id")) == 1
    assert [Path(file.path).parent.name for file in inputs(workspace)] == ["monday"]


def test_a_grown_file_is_taken_back_with_all_its_versions(tmp_path: Path) -> None:
    workspace = check([("monday", 1, False), ("monday", 2, False), ("monday", 3, False)], tmp_path)
    retract(workspace, "monday/tracking.log")
    land(workspace, [])
    assert rows(workspace, "event_id") == []


def check(steps: list[Step], folder: Path) -> Workspace:
    """Do the steps, comparing after each."""
    workspace = Workspace(folder / "workspace", Settings())
    model = Model()
    for place, count, is_corrected in steps:
        if count:
            text = content(count, is_corrected)
            path = folder / place / "tracking.log"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text)
            land(workspace, find_files(workspace, [path]))
            model.land(place, text)
        else:
            for text in model.longest(place)[:1]:
                retract(workspace, hashlib.sha256(text).hexdigest())
                model.retract(text)
                land(workspace, [])
        lines = {line for text in model.counted for line in text.splitlines()}
        sessions = sorted(json.loads(line)["session"] for line in lines)
        assert [row[0] for row in rows(workspace, "session_id")] == sessions, steps
    return workspace
