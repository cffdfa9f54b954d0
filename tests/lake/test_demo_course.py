"""The Open edX demo course: its axis against a second reading that knows no tree, only texts and patterns.

Enters: the demo course of the shared data, where it is present. Leaves: nothing; both readings must agree.
"""

import html
import re
import tarfile
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pytest

from studium.lake.formats.courses.olx.exports import read_export as parse
from tests.warehouse.warehouses import SHARED_DATA

DEMO = SHARED_DATA / "course_olx" / "openedx-demo-course.xml.tar.gz"
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
TAG = re.compile(r"<([a-z_][\w.-]*)((?:\s+[\w:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*/?>")
ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
SCRIPT = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)
RESPONSE = re.compile(
    r"<(multiplechoice|numerical|choice|option|string|formula|custom)response[ />]"
)

pytestmark = pytest.mark.skipif(not DEMO.exists(), reason="the shared data is not here")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Text by `folder/file`."""
    found = {}
    with tarfile.open(DEMO) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content:
                name = PurePosixPath(member.name).relative_to("course")
                found[str(name)] = COMMENT.sub("", content.read().decode())
    return found


@pytest.fixture(scope="module")
def elements() -> list[dict[str, Any]]:
    tables: dict[str, pa.Table] = {}
    counts = parse(DEMO, None, lambda name, table: tables.update({name: table}))
    assert (counts.rejects, counts.notes, counts.damage) == ([], [], None)
    rows: list[dict[str, Any]] = tables["course_elements"].to_pylist()
    return rows


def attributes_of(text: str) -> dict[str, str]:
    return {name: html.unescape(one or two) for name, one, two in ATTRIBUTE.findall(text)}


def listing(texts: dict[str, str], path: str, parent: str) -> list[tuple[str, str, str, str]]:
    """(tag, url_name, parent, display name) of everything that `path` names, pointers followed, depth first."""
    found = []
    for tag, attributes in TAG.findall(texts[path]):
        own = attributes_of(attributes)
        url_name = own.get("url_name")
        if not url_name or (path != "course.xml" and path == f"{tag}/{url_name}.xml"):
            continue
        below = f"{tag}/{url_name}.xml"
        root = TAG.search(texts[below]) if below in texts else None
        name = (attributes_of(root.group(2)) if root else own).get("display_name", url_name)
        found.append((tag, url_name, parent, name))
        if root:
            found += listing(texts, below, url_name)
    return found


def test_axis_is_complete_and_in_order(
    texts: dict[str, str], elements: list[dict[str, Any]]
) -> None:
    expected = listing(texts, "course.xml", "")
    shown = [
        (row["category"], row["url_name"], row["parent"] or "", row["name"]) for row in elements
    ]
    assert len(expected) > 400
    assert shown == expected
    assert [row["index"] for row in elements] == list(range(1, len(expected) + 1))


def test_what_lies_below_an_element_is_what_its_paths_say(elements: list[dict[str, Any]]) -> None:
    below: dict[str, int] = {}
    for row in reversed(elements):
        below[row["url_name"]] = max(row["index"], below.get(row["url_name"], 0))
        above = row["parent"] or ""
        below[above] = max(below[row["url_name"]], below.get(above, 0))
    assert [row["last_index"] for row in elements] == [below[row["url_name"]] for row in elements]


def test_every_listed_file_is_in_the_axis_or_unreferenced(
    texts: dict[str, str], elements: list[dict[str, Any]]
) -> None:
    mentioned = "\n".join(text for path, text in texts.items() if path.endswith(".xml"))
    listed = {(row["category"], row["url_name"]) for row in elements}
    for path in texts:
        tag, _, name = path.removesuffix(".xml").partition("/")
        if path.endswith(".xml") and tag in ("chapter", "sequential", "vertical", "html", "video"):
            is_pointed_at = f'<{tag} url_name="{name}"' in mentioned
            assert ((tag, name) in listed) == is_pointed_at, path


def test_paths_lead_through_chapter_and_sequence(elements: list[dict[str, Any]]) -> None:
    paths = {row["url_name"]: row["path"] for row in elements}
    places: dict[str, list[int]] = {}
    for row in elements:
        if row["category"] == "sequential":
            assert row["path"] == f"/{row['parent']}/{row['url_name']}"
        elif row["category"] not in ("course", "chapter", "discussion"):
            above, _, place = row["path"].rpartition("/")
            assert above == paths[row["parent"]]
            places.setdefault(above, []).append(int(place))
    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in places.values())


def test_problems_and_videos_tell_what_their_files_hold(
    texts: dict[str, str], elements: list[dict[str, Any]]
) -> None:
    problems = [row for row in elements if row["category"] == "problem"]
    assert len(problems) > 20
    for row in problems:
        text = texts[f"problem/{row['url_name']}.xml"]
        kinds = RESPONSE.findall(text)
        assert (row["num_items"] or 0) == len(kinds), row["url_name"]
        assert row["itype"] == (
            None if not kinds else f"{kinds[0]}response" if len(set(kinds)) == 1 else "mixed"
        )
        assert row["has_image"] == ("<img" in text)
        assert row["has_random_script"] == any("random." in found for found in SCRIPT.findall(text))
    for row in elements:
        if row["category"] == "video":
            path = Path(f"video/{row['url_name']}.xml")
            identity = re.search(r'youtube_id_1_0="([^"]+)"', texts[str(path)])
            assert row["ytid"] == (identity.group(1) if identity else None)
            assert row["video_duration"] is None, "the demo's lengths are all 0: unknown"
