"""Areas stand side by side in a release: each passes the gate, is linked, or keeps its last, by itself."""

import errno
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import pytest

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.progress import Silent
from studium.publish import (
    AreaEvidence,
    Candidate,
    LakeEvidence,
    Publication,
    Release,
    current_release,
    hold_open,
    publish,
    query,
    releases,
    rollback,
)
from studium.vocabulary import CheckOutcome, InputFile, Table
from tests.publish.conftest import make_candidate, make_clock

Change = Callable[[str], None]
PASS = CheckOutcome("no_score_is_negative", "pass")
FAIL = CheckOutcome("no_score_is_negative", "fail", failures=1, model="scores")
SCORES = (
    "create table marts.scores as from (values ('oxford', 3), ('salem', 5)) as t(district, score)"
)
MORE = "insert into marts.video values ('new-{}', 1)"


@pytest.fixture
def change(workspace: Workspace, change: Change) -> Change:
    change(SCORES)
    return change


def gardens(check: CheckOutcome = PASS, day: str = "2024-02-01", **more: list[str]) -> AreaEvidence:
    """An area without any log: files of two districts, one mart."""
    inputs = [InputFile("scores.csv", "b" * 64, 2, table_rows=2, dump_date=day)]
    return AreaEvidence([check], LakeEvidence(inputs, [], {}), [Table("scores")], **more)


def leave(workspace: Workspace, second: int, **areas: AreaEvidence) -> Publication:
    both = {**make_candidate().areas, **areas}
    return publish(workspace, Candidate(both), Silent(), make_clock(second))


def inode(release: Release, area: str) -> int:
    return release.databases[area].stat().st_ino


def test_a_release_has_a_database_and_an_account_of_each_area(
    workspace: Workspace, change: Change
) -> None:
    release = leave(workspace, 0, gardens=gardens()).release

    courses, garden = release.manifest.areas
    assert {path.name for path in release.databases.values()} == {
        "courses.duckdb",
        "gardens.duckdb",
    }
    assert [table.name for table in garden.tables] == ["scores"]
    assert [file.path for file in garden.inputs] == ["scores.csv"]
    assert [check.name for check in courses.checks] == ["every_event_has_a_type"]
    assert (courses.as_of, garden.as_of) == (date(2024, 3, 3), date(2024, 2, 2))
    assert release.manifest.area_of("scores") == garden
    with query(
        workspace, "select (select count(*) from scores), (select count(*) from video)"
    ) as it:
        assert list(it.rows()) == [(2, 10)]


def test_what_did_not_change_is_linked_and_what_did_is_written_whole(
    workspace: Workspace, change: Change
) -> None:
    first = leave(workspace, 0, gardens=gardens()).release
    change(MORE.format(1))
    second = leave(workspace, 1, gardens=gardens()).release

    assert inode(first, "gardens") == inode(second, "gardens")
    assert inode(first, "courses") != inode(second, "courses")
    assert [area.made_in for area in second.manifest.areas] == [second.id, first.id]
    assert not leave(workspace, 2, gardens=gardens()).is_new


def test_an_area_that_fails_keeps_its_last_and_says_so(
    workspace: Workspace, change: Change
) -> None:
    first = leave(workspace, 0, gardens=gardens()).release
    change("insert into marts.scores values ('salem', -999)")
    change(MORE.format(1))
    published = leave(workspace, 1, gardens=gardens(FAIL))

    assert published.is_new
    kept = published.release.manifest.area_of("scores")
    assert inode(first, "gardens") == inode(published.release, "gardens")
    assert (kept.made_in, kept.tables[0].rows) == (first.id, 2)
    assert "every_check_passes: no_score_is_negative (1 row)" in kept.held_back[0]
    assert {it.area for it in published.conditions if not it.holds} == {"gardens"}
    assert not leave(workspace, 2, gardens=gardens(FAIL)).is_new
    change("delete from marts.scores where score < 0; insert into marts.scores values ('x', 1)")
    mended = leave(workspace, 3, gardens=gardens()).release
    assert mended.manifest.held_back == {}


def test_an_area_that_never_passed_is_absent_and_says_so(
    workspace: Workspace, change: Change
) -> None:
    release = leave(workspace, 0, gardens=gardens(FAIL)).release

    assert list(release.databases) == ["courses"]
    assert "no_score_is_negative" in release.manifest.held_back["gardens"][0]


def test_an_area_with_a_model_that_failed_is_held_back(
    workspace: Workspace, change: Change
) -> None:
    release = leave(workspace, 0, gardens=gardens(failed=["scores"])).release

    assert release.manifest.absent == {"gardens": ["every_model_is_built: not built: scores"]}


def test_who_reads_an_area_that_is_held_back_is_held_back_too(
    workspace: Workspace, change: Change
) -> None:
    change("create table marts.harvest as select 1 as n")
    harvest = msgspec.structs.replace(gardens(), described=[Table("harvest")], reads=["gardens"])
    release = leave(workspace, 0, gardens=gardens(FAIL), harvest=harvest).release

    assert list(release.databases) == ["courses"]
    assert release.manifest.absent["harvest"] == ["it reads gardens, which is held back"]


def test_where_no_area_passes_nothing_moves(workspace: Workspace, change: Change) -> None:
    before = leave(workspace, 0, gardens=gardens()).release
    failing = {"courses": msgspec.structs.replace(make_candidate().areas["courses"], checks=[])}
    with pytest.raises(StudiumError) as caught:
        leave(workspace, 1, gardens=gardens(FAIL), **failing)

    assert "courses: every_check_passes" in caught.value.problem
    assert "gardens: every_check_passes" in caught.value.problem
    now = current_release(workspace)
    assert now is not None
    assert now.id == before.id


def test_an_area_without_any_file_costs_nothing(workspace: Workspace, change: Change) -> None:
    nothing = AreaEvidence([], LakeEvidence([], [], {}), [Table("scores")])
    release = leave(workspace, 0, gardens=nothing).release

    assert (list(release.databases), release.manifest.absent) == (["courses"], {})


def test_files_without_logs_are_enough_for_a_release(workspace: Workspace, change: Change) -> None:
    published = publish(workspace, Candidate({"gardens": gardens()}), Silent(), make_clock())

    assert published.release.manifest.build.as_of == date(2024, 2, 2)
    change("delete from marts.scores")
    empty = gardens(day="2024-02-05")
    with pytest.raises(StudiumError, match=r"0 rows, publish\.minimum_rows is 1"):
        publish(workspace, Candidate({"gardens": empty}), Silent(), make_clock(1))


def test_freshness_of_an_area_without_logs_is_that_of_its_deliveries(
    workspace: Workspace, change: Change
) -> None:
    bounds = msgspec.structs.replace(workspace.settings.publish, maximum_age_days=5)
    settings = msgspec.structs.replace(workspace.settings, publish=bounds)
    strict = msgspec.structs.replace(workspace, settings=settings)
    release = leave(strict, 0, gardens=gardens()).release

    assert (
        "the last delivery is of 2024-02-01, 32 days ago" in release.manifest.absent["gardens"][0]
    )


def with_bounds(workspace: Workspace, *of_areas: str, **of_all: int) -> Workspace:
    bounds = msgspec.structs.replace(workspace.settings.publish, of_areas=list(of_areas), **of_all)
    settings = msgspec.structs.replace(workspace.settings, publish=bounds)
    return msgspec.structs.replace(workspace, settings=settings)


def test_an_area_may_have_bounds_of_its_own(workspace: Workspace, change: Change) -> None:
    old = with_bounds(workspace, "gardens.minimum_rows = 3", "gardens.maximum_age_days = 40")
    [why] = leave(old, 0, gardens=gardens()).release.manifest.absent["gardens"]
    assert "2 rows, publish.minimum_rows is 3" in why
    strict = with_bounds(workspace, "gardens.maximum_age_days = 5")
    [why] = leave(strict, 1, gardens=gardens()).release.manifest.absent["gardens"]
    assert "32 days ago; publish.maximum_age_days is 5" in why

    mild = with_bounds(workspace, "gardens.maximum_age_days = 40", maximum_age_days=5)
    assert leave(mild, 2, gardens=gardens()).release.manifest.held_back == {}
    change("delete from marts.scores where score = 5")
    loss = with_bounds(workspace, "gardens.maximum_drop_percent = 10")
    [why] = leave(loss, 3, gardens=gardens()).release.manifest.held_back["gardens"]
    assert why.startswith("no_table_shrinks")
    assert leave(workspace, 4, gardens=gardens()).release.manifest.held_back == {}


def test_a_bound_of_an_area_that_is_not_there_is_a_mistake(
    workspace: Workspace, change: Change
) -> None:
    with pytest.raises(MisuseError, match="bound of garden, but there is no such area"):
        leave(with_bounds(workspace, "garden.minimum_rows = 3"), 0, gardens=gardens())


def test_what_is_kept_by_other_rules_refuses_the_release(
    workspace: Workspace, change: Change
) -> None:
    leave(workspace, 0, gardens=gardens())
    change("update studium.last_build set compat = true")
    with pytest.raises(StudiumError, match=r"gardens would keep .* other rules"):
        leave(workspace, 1, gardens=gardens(FAIL))
    change("update studium.last_build set compat = false, events_from = date '2024-03-01'")
    with pytest.raises(StudiumError, match=r"gardens would keep .* other rules"):
        leave(workspace, 2, gardens=gardens(FAIL))


def test_a_damaged_database_is_not_linked(workspace: Workspace, change: Change) -> None:
    first = leave(workspace, 0, gardens=gardens()).release
    database = first.databases["gardens"]
    database.chmod(0o644)
    content = bytearray(database.read_bytes())
    content[-100] ^= 1
    database.write_bytes(content)
    change(MORE.format(1))
    second = leave(workspace, 1, gardens=gardens()).release

    assert inode(second, "gardens") != inode(first, "gardens")
    with query(workspace, "from scores order by all") as answer:
        assert list(answer.rows()) == [("oxford", 3), ("salem", 5)]


def test_releases_that_share_an_area_go_when_nobody_reads_them(
    workspace: Workspace, change: Change
) -> None:
    """Five share one file; two are to be kept, and of the others the one that is read."""
    publishing = msgspec.structs.replace(workspace.settings.publish, keep_releases=9)
    settings = msgspec.structs.replace(workspace.settings, publish=publishing)
    many = msgspec.structs.replace(workspace, settings=settings)
    made = []
    for number in range(5):
        change(MORE.format(number))
        made.append(leave(many, number, gardens=gardens()).release)
    assert len({inode(release, "gardens") for release in made}) == 1
    publishing = msgspec.structs.replace(publishing, keep_releases=2)
    settings = msgspec.structs.replace(workspace.settings, publish=publishing)
    few = msgspec.structs.replace(workspace, settings=settings)
    with query(few, "from scores", made[4].id), hold_open(made[1]):
        change(MORE.format(5))
        removed = leave(few, 5, gardens=gardens()).removed
        assert sorted(removed) == [made[number].id for number in (0, 2, 3)]
        assert all(path.stat().st_mode & 0o777 == 0o400 for path in made[1].databases.values())
        with query(few, "select count(*) from video", made[1].id) as answer:
            assert list(answer.rows()) == [(12,)]
    change(MORE.format(6))
    assert sorted(leave(few, 6, gardens=gardens()).removed) == [made[1].id, made[4].id]


def test_without_hard_links_an_area_is_copied(
    workspace: Workspace, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = leave(workspace, 0, gardens=gardens()).release
    change(MORE.format(1))

    def refuse(*_paths: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    second = leave(workspace, 1, gardens=gardens()).release

    assert inode(second, "gardens") != inode(first, "gardens")
    assert second.databases["gardens"].read_bytes() == first.databases["gardens"].read_bytes()
    assert second.databases["gardens"].stat().st_mode & 0o777 == 0o400


def test_rollback_brings_back_every_area(workspace: Workspace, change: Change) -> None:
    leave(workspace, 0, gardens=gardens())
    change("delete from marts.scores where district = 'salem'")
    leave(workspace, 1, gardens=gardens())
    rollback(workspace)
    with query(workspace, "select count(*) from scores") as answer:
        assert list(answer.rows()) == [(2,)]


def test_a_release_that_became_current_again_is_not_removed(
    workspace: Workspace, change: Change
) -> None:
    """What was published first says what is published now: it is current, and the oldest."""
    oldest = leave(workspace, 0).release
    for number in range(2):
        change(MORE.format(number))
        leave(workspace, number + 1)
    change("delete from marts.video where video_id like 'new-%'")
    publishing = msgspec.structs.replace(workspace.settings.publish, keep_releases=1)
    settings = msgspec.structs.replace(workspace.settings, publish=publishing)
    published = leave(msgspec.structs.replace(workspace, settings=settings), 5)

    assert (published.release.id, published.is_new) == (oldest.id, False)
    assert len(published.removed) == 1
    assert oldest.id in {release.id for release in releases(workspace)}


def test_moving_current_waits_for_the_disk(
    workspace: Workspace, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The link's folder is flushed after the rename, the folder of releases before it."""
    done: list[str] = []
    flush, swap = os.fsync, os.replace

    def note_flush(descriptor: int) -> None:
        done.append(f"flush {Path(os.readlink(f'/proc/self/fd/{descriptor}')).name}")
        flush(descriptor)

    def note_swap(source: Path, target: Path) -> None:
        done.append(f"move {Path(target).name}")
        swap(source, target)

    monkeypatch.setattr(os, "fsync", note_flush)
    monkeypatch.setattr(os, "replace", note_swap)
    leave(workspace, 0)

    moved = done.index("move current")
    assert "flush releases" in done[:moved]
    assert {"flush courses.duckdb", "flush manifest.json"} <= set(done[:moved])
    assert f"flush {workspace.root.name}" in done[moved:]
