"""Data packages reach the tables: a new dump of one course rebuilds that course, and gives what a full build gives."""

from pathlib import Path

import duckdb
import pytest

from studium.config import Settings, Workspace
from tests.lake.deliveries.deliveries import DASHED, lines, package, write_folder, write_zip
from tests.warehouse.warehouses import build_all, land_paths, new_workspace

OTHER = "course-v1:A+B+C"
COURSE = "course-v1:MITx+6.002x+2T2017"
LEARNERS = "select course_id, user_id, username, mode from marts.person_course order by all"


@pytest.mark.timeout(900)
def test_a_new_dump_of_a_course_rebuilds_that_course(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    files = package(1, 2) | package(3, dashed="A-B-C", course=OTHER)
    first = write_zip(tmp_path / "a-2017-09-03.zip", files)
    land_paths(workspace, first)
    build_all(workspace)
    other = (OTHER, 3, "user3", "honor")
    before = [(COURSE, number, f"user{number}", "honor") for number in (1, 2)]
    assert rows(workspace, LEARNERS) == [other, *before]

    land_paths(workspace, write_folder(tmp_path / "a-2017-08-27", package(9)))
    assert build_all(workspace).models == (), "an older dump changes nothing"

    second = write_folder(tmp_path / "a-2017-09-10", package(1, 2, 4))
    land_paths(workspace, second)
    report = build_all(workspace)
    assert (report.is_full, report.touched_scopes) == (False, (f"course {COURSE}",))
    assert rows(workspace, LEARNERS) == [other, *before, (COURSE, 4, "user4", "honor")]

    fresh = Workspace(tmp_path / "fresh", Settings())
    fresh.root.mkdir()
    land_paths(fresh, second, first)
    assert build_all(fresh).is_full
    assert tables(workspace) == tables(fresh)


@pytest.mark.timeout(900)
def test_votes_and_flags_of_the_mysql_forum_reach_their_posts(tmp_path: Path) -> None:
    """Thread 5 and comment 5 have the same number; the last line of a vote counts, and a deck of cards has none."""
    thread = ("id", "course_id", "body", "thread_type", "author_id")
    comment = ("id", "course_id", "body", "comment_thread_id", "parent_id", "author_id")
    marks = ("id", "user_id", "content_type_id", "content_object_id")
    files = {
        "forum_commentthread": lines(
            thread, (5, COURSE, "a", "question", 1), (6, COURSE, "b", "discussion", 1)
        ),
        "forum_comment": lines(comment, (5, COURSE, "c", 5, "NULL", 2)),
        "django_content_type": lines(
            ("id", "app_label", "model"),
            (40, "forum", "commentthread"),
            (41, "forum", "Comment"),
            (5, "cards", "deck"),
        ),
        "forum_uservote": lines(
            (*marks, "vote"),
            (1, 7, 40, 5, 1),
            (2, 8, 40, 5, -1),
            (3, 8, 40, 5, 1),
            (4, 9, 41, 5, -1),
            (5, 9, 5, 5, 1),
        ),
        "forum_abuseflagger": lines(
            (*marks, "flagged_at"), (1, 12, 41, 5, "NULL"), (2, 3, 41, 5, "NULL")
        ),
        "forum_historicalabuseflagger": lines((*marks, "flagged_at"), (1, 4, 40, 6, "NULL")),
    }
    named = {f"{DASHED}-{name}-prod-analytics.sql": content for name, content in files.items()}
    workspace = new_workspace(tmp_path)
    land_paths(workspace, write_folder(tmp_path / "a-2017-09-03", named | package(1, 2)))
    build_all(workspace)

    votes = "mongoid, votes_count, votes_point, votes_up, votes_down, abuse_flaggers, historical_abuse_flaggers"
    assert rows(workspace, f"select {votes} from marts.forum order by all") == [
        ("5", 2, 2, "7 8", "", "", ""),
        ("6", 0, 0, "", "", "", "4"),
        ("comment-5", 1, -1, "", "9", "3 12", ""),
    ]
    posts = "select user_id, nforum, nvotes from marts.pc_forum order by all"
    assert rows(workspace, posts) == [(1, 2, 2), (2, 1, 1)]


def rows(workspace: Workspace, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def tables(workspace: Workspace) -> dict[object, list[tuple[object, ...]]]:
    """Every table of the models, the intermediate ones too."""
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name in ('intermediate', 'marts') order by all"
        ).fetchall()
        return {
            name: connection.execute(f"from {name} order by all").fetchall() for (name,) in names
        }
