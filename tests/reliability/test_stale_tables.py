"""What is published is what was built: by the models of today, from the lake of today."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

from tests.lake.deliveries.deliveries import package, write_folder
from tests.reliability.processes import ROOT, assert_told, done, rows_of_release, studium

LATER = {
    "username": "late",
    "event_type": "page_close",
    "event_source": "browser",
    "time": "2024-06-01T10:00:00+00:00",
    "context": {"course_id": "course-v1:A+B+C", "user_id": 9},
    "event": "{}",
}


def test_tables_of_other_models_are_not_published(half: Path, tmp_path: Path) -> None:
    code = tmp_path / "code"
    passed_over = shutil.ignore_patterns("__pycache__", "target", "logs")
    shutil.copytree(ROOT / "studium", code / "studium", ignore=passed_over)
    model = next((code / "studium" / "warehouse" / "models").rglob("video.sql"))
    model.write_text(model.read_text() + "\n-- said otherwise\n")

    for command in ("publish", "check"):
        refused = studium(half, command, code=code)
        assert_told(refused, 1, "models have changed", "warehouse.duckdb", "studium build")
    done(half, "publish")


def test_lake_that_was_not_built_is_not_published(half: Path) -> None:
    before = (half / "current").resolve()
    done(half, "land")

    refused = studium(half, "publish")

    assert_told(refused, 1, "every_date_is_built", before.name, "studium build")
    assert (half / "current").resolve() == before


def test_file_of_later_days_only_is_no_input_before_it_is_built(half: Path, tmp_path: Path) -> None:
    log = tmp_path / "later.log"
    log.write_text(json.dumps(LATER) + "\n")
    broken = tmp_path / "broken.log"
    broken.write_text('{"broken": \n')
    (area,) = json.loads((half / "current" / "manifest.json").read_bytes())["areas"]
    as_of = area["build"]["as_of"]
    before = rows_of_release(half)
    done(half, "land", log)

    assert_told(studium(half, "publish"), 1, "1 date", "2024-06-01", "studium build")
    done(half, "build", "--as-of", as_of)
    done(half, "publish")

    assert rows_of_release(half) == before
    assert str(log) in _inputs(half)
    done(half, "land", broken)
    done(half, "publish")
    assert str(broken) in _inputs(half), "without a single event nothing is left to build"


def test_a_dump_of_later_days_is_no_reason_not_to_publish_what_ends_before_it(
    half: Path, tmp_path: Path
) -> None:
    (area,) = json.loads((half / "current" / "manifest.json").read_bytes())["areas"]
    end = date.fromisoformat(area["build"]["as_of"]) - timedelta(days=3)
    dump = tmp_path / f"mitx-{end + timedelta(days=30)}"
    write_folder(dump, package(3))
    done(half, "land", dump)

    done(half, "build", "--as-of", str(end), "--force")
    done(half, "publish")

    (area,) = json.loads((half / "current" / "manifest.json").read_bytes())["areas"]
    assert area["build"]["as_of"] == str(end)
    done(half, "land", write_folder(tmp_path / f"mitx-{end - timedelta(days=9)}", package(3)))
    assert_told(studium(half, "publish"), 1, "every_dump_is_built", "studium build")


def _inputs(root: Path) -> list[str]:
    manifest = json.loads((root / "current" / "manifest.json").read_bytes())
    return [file["name"] for area in manifest["areas"] for file in area["inputs"]]
