"""The course of events that name none where the platform names it: from other URLs, the module, the payload.

Enters: shredded rows. Leaves: the same with `course_text` and `course_id_source` where another place names a course.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import UsageKey

from studium.lake.formats.courses.keys import course_of, is_course

KEY_IN_URL = re.compile(r"(?:course-v1|ccx-v1):[^/?#&\s\"']+")
BLOCK_IN_URL = re.compile(r"(?:ccx-)?block-v1:[^/?#&\s\"']+")
OLD_KEY_IN_URL = re.compile(r"/courses/((?!v\d+/)[^/?#]+/[^/?#]+/[^/?#]+)")
# Requests to Studio, by the roots of its addresses: an author at work is nobody's activity in a course.
STUDIO = re.compile(
    r"/(course|container|settings|course_(team|info|notifications|rerun|search_index)|(im|ex)port(_\w+)?|assets|tabs"
    r"|textbooks|videos|video_images|group_configurations|orphan|checklists|library|unit|subsection|api/contentstore)/"
)
COURSES = ("course_id", "course_key", "courserun_key", "course_run_key", "course")
BLOCKS = ("usage_key", "block_id", "module_id", "problem_id", "problem", "id", "block_key")
# What a row must have somewhere to be looked at: most that name no course have nothing of the kind.
SIGNS = ("-v1", "/courses/", '"course')
ASKED = ("event_type", "page", "path", "usage_text", "payload")
MOST_PAYLOAD = 64 * 1024  # characters; what is longer is an essay, and names its course elsewhere


def with_other_places(shredded: pa.Table) -> pa.Table:
    """Only rows without a course are looked at."""
    nameless = pc.is_null(shredded["course_text"])
    if not pc.any(nameless).as_py():
        return shredded
    asked = shredded.select([*ASKED, "event_source"]).filter(nameless)
    has_sign = pa.array([False] * asked.num_rows)
    for name in ASKED:
        for sign in SIGNS:
            found = pc.fill_null(pc.match_substring(asked[name], sign), fill_value=False)
            has_sign = pc.or_(has_sign, found.combine_chunks())
    places = [
        _place(**row) if is_asked else (None, None)
        for row, is_asked in zip(asked.to_pylist(), has_sign.to_pylist(), strict=True)
    ]
    for position, name in enumerate(("course_text", "course_id_source")):
        values = pa.array([place[position] for place in places], pa.string())
        column = pc.replace_with_mask(
            shredded[name].combine_chunks(), nameless.combine_chunks(), values
        )
        shredded = shredded.set_column(shredded.column_names.index(name), name, column)
    return shredded


def _place(**row: str | None) -> tuple[str | None, str | None]:
    """The first place that names a course, and which it is."""
    is_request = row["event_source"] != "browser"
    own = row["event_type"] if is_request else row["page"]
    if is_request and STUDIO.match(row["path"] or own or ""):
        return None, None
    for source, course in (
        ("newer_url", _of_url(own)),
        ("path", _of_url(row["path"])),
        ("module", _of_block(row["usage_text"])),
        ("payload", _of_payload(row["payload"])),
    ):
        if course:
            return course, source
    return None, None


@lru_cache(maxsize=50_000)
def _of_url(url: str | None) -> str | None:
    if not url:
        return None
    text = unquote(url) if "%" in url else url.replace(" ", "+")
    keys = (*KEY_IN_URL.findall(text), *OLD_KEY_IN_URL.findall(text))
    blocks = (_of_block(found) for found in BLOCK_IN_URL.findall(text))
    return next((found for found in (*map(_course, keys), *blocks) if found), None)


@lru_cache(maxsize=50_000)
def _of_block(text: str | None) -> str | None:
    """The course of a usage key; the old ones name no run, and libraries are no courses."""
    try:
        key = UsageKey.from_string(text.strip()) if text else None
    except InvalidKeyError:
        return None
    return _course(str(key.course_key)) if key is not None and key.course_key.run else None


def _of_payload(text: str | None) -> str | None:
    if not text or len(text) > MOST_PAYLOAD:
        return None
    try:
        payload = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return next(_in_payload(payload), None) if isinstance(payload, dict) else None


def _in_payload(payload: dict[str, Any]) -> Iterator[str]:
    for names, read in ((COURSES, _course), (BLOCKS, _of_block)):
        for name in names:
            value = payload.get(name)
            found = read(value) if isinstance(value, str) else None
            if found:
                yield found


def _course(text: str) -> str | None:
    found = course_of(text.strip())
    return found.course_id if found.is_valid and is_course(found.course_id) else None
