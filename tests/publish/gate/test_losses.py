"""Rows that vanish stop a release, table by table, unless files that are gone explain just them."""

from collections.abc import Callable
from datetime import date

import msgspec
import pytest

from studium.config import Workspace
from studium.errors import StudiumError
from studium.publish import Publication
from studium.vocabulary import InputFile
from tests.publish.conftest import publish_now

Change = Callable[[str], None]
LOG = InputFile("tracking.log", "a" * 64, 9, events=8, quarantined=1, reached={"events": 8})
OTHER = InputFile("other.log", "b" * 64, 4, events=4, reached={"events": 4})
FULL = InputFile(
    *("users.sql", "c" * 64, 10),
    table_rows=10,
    dataset="users",
    course_id="X",
    dump_date="2024-03-01",
    reached={"users": 10},
)
HEADER = msgspec.structs.replace(
    FULL, sha256="d" * 64, lines=0, table_rows=0, dump_date="2024-03-02", reached={"users": 0}
)
REPLACED = msgspec.structs.replace(FULL, reached={})
BOTH = {"sources": ["events", "users"]}


def lose(change: Change, rows: int) -> None:
    change(f"delete from marts.video where video_id >= 'v{10 - rows}'")


def publish_video(
    workspace: Workspace, second: int, inputs: list[InputFile], **more: object
) -> Publication:
    return publish_now(workspace, second=second, inputs=inputs, **{"video": BOTH, **more})


def test_exactly_the_allowed_share_may_go_and_no_row_more(
    workspace: Workspace, change: Change
) -> None:
    """maximum_drop_percent is 50: five of ten."""
    publish_now(workspace)
    lose(change, 6)
    with pytest.raises(StudiumError, match="video fell from 10 to 4 rows"):
        publish_now(workspace, second=1)
    change("insert into marts.video values ('v4', 1)")
    assert publish_now(workspace, second=2).is_new


def test_a_header_alone_is_not_excused_by_a_log_that_was_taken_back(
    workspace: Workspace, change: Change
) -> None:
    """A dump of today without rows empties a table; taking back any log must not let that pass."""
    publish_video(workspace, 0, [LOG, OTHER, FULL])
    lose(change, 10)
    with pytest.raises(StudiumError, match="video fell from 10 to 0 rows"):
        publish_video(workspace, 1, [LOG, OTHER, REPLACED, HEADER])
    with pytest.raises(StudiumError, match="video fell from 10 to 0 rows"):
        publish_video(workspace, 2, [LOG, REPLACED, HEADER])


def test_files_that_wait_in_the_landing_explain_nothing(
    workspace: Workspace, change: Change
) -> None:
    """After the loss of a ledger packages are unknown, but neither taken back nor lost."""
    publish_video(workspace, 0, [LOG, FULL])
    lose(change, 10)
    with pytest.raises(StudiumError, match="video fell from 10 to 0 rows"):
        publish_video(workspace, 1, [LOG], gone=frozenset())
    assert publish_video(workspace, 2, [LOG], gone=frozenset({FULL.sha256})).is_new


def test_a_file_that_is_gone_explains_as_many_rows_as_it_gave(
    workspace: Workspace, change: Change
) -> None:
    publish_video(workspace, 0, [LOG, OTHER])
    lose(change, 10)  # 4 of OTHER and half of ten
    with pytest.raises(StudiumError, match="of which files that are gone explain 4"):
        publish_video(workspace, 1, [LOG])
    change("insert into marts.video values ('v0', 1)")
    assert publish_video(workspace, 2, [LOG]).is_new


def test_a_file_that_is_gone_explains_no_table_that_it_did_not_reach(
    workspace: Workspace, change: Change
) -> None:
    only_users = {"video": {"sources": ["users"]}}
    publish_video(workspace, 0, [LOG, OTHER, FULL], **only_users)
    lose(change, 6)
    with pytest.raises(StudiumError, match="video fell from 10 to 4 rows"):
        publish_video(workspace, 1, [LOG, FULL], **only_users)


def test_a_course_that_grew_does_not_hide_one_that_was_emptied(
    workspace: Workspace, change: Change
) -> None:
    grown = msgspec.structs.replace(
        FULL, sha256="e" * 64, course_id="Y", table_rows=90, reached={"users": 90}
    )
    publish_video(workspace, 0, [LOG, OTHER, FULL])
    lose(change, 6)
    with pytest.raises(StudiumError, match="video fell"):
        publish_video(workspace, 1, [LOG, REPLACED, HEADER, grown])


def test_a_table_may_say_that_fewer_is_better(workspace: Workspace, change: Change) -> None:
    publish_now(workspace)
    lose(change, 10)
    assert publish_now(workspace, second=1, video={"is_better_small": True}).is_new


def test_an_override_names_tables(workspace: Workspace, change: Change) -> None:
    publish_now(workspace)
    lose(change, 10)
    for named, is_enough in ((["numbers"], False), (["video"], True)):
        bounds = msgspec.structs.replace(workspace.settings.publish, may_shrink=named)
        settings = msgspec.structs.replace(workspace.settings, publish=bounds)
        meant = msgspec.structs.replace(workspace, settings=settings)
        if is_enough:
            assert publish_now(meant, second=2).is_new
        else:
            with pytest.raises(StudiumError, match="video fell"):
                publish_now(meant, second=1)


def test_an_earlier_end_explains_rows_only_where_somebody_asked_for_it(
    workspace: Workspace, change: Change
) -> None:
    """Without its last log a lake ends earlier by itself: that is no wish."""
    publish_video(workspace, 0, [LOG, FULL])
    lose(change, 10)
    change("update studium.last_build set as_of = date '2024-03-02'")
    change("delete from marts.event_types_daily where date > '2024-03-01'")
    with pytest.raises(StudiumError, match="video fell from 10 to 0 rows"):
        publish_video(workspace, 1, [LOG, FULL])
    building = msgspec.structs.replace(workspace.settings.build, as_of=date(2024, 3, 2))
    settings = msgspec.structs.replace(workspace.settings, build=building)
    asked = msgspec.structs.replace(workspace, settings=settings)
    assert publish_video(asked, 2, [LOG, FULL]).is_new
