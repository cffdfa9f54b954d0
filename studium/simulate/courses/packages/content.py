"""The content of a course as Studio exports it, and its structure as the data package has it.

Enters: a course and its number. Leaves: the documents of the archive by path, and a JSON object.
"""

import gzip
import io
import tarfile
from collections.abc import Iterator
from itertools import groupby
from typing import Any
from xml.sax.saxutils import quoteattr

import orjson

from studium.simulate.courses.campus import Course, Problem, block_id
from studium.simulate.courses.campus.courses import Sequence, Video
from studium.simulate.courses.packages.outline import cutoffs, staff_chapter
from studium.simulate.courses.packages.states import chapter_key, course_block
from studium.simulate.courses.plan import Plan

GRADERS = (
    {"type": "Homework", "weight": 0.6, "short_label": "HW", "min_count": 6, "drop_count": 1},
    {"type": "Exam", "weight": 0.4, "short_label": "Ex", "min_count": 1, "drop_count": 0},
)
Blocks = dict[str, dict[str, Any]]


def parts_of(course: Course) -> tuple[str, str, str]:
    """Organisation, number and run."""
    text = course.key.removeprefix("course-v1:")
    organisation, number, run = text.split("/" if course.style == "legacy" else "+")
    return organisation, number, run


def course_archive(plan: Plan, course: Course, number: int) -> bytes:
    """course.xml.tar.gz; the same course gives the same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, text in sorted(_documents(plan, course, number)):
            content = text.encode()
            header = tarfile.TarInfo(f"course/{name}")
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
    return gzip.compress(buffer.getvalue(), mtime=0)


def _documents(plan: Plan, course: Course, number: int) -> Iterator[tuple[str, str]]:
    organisation, name, run = parts_of(course)
    yield "course.xml", f'<course url_name="{run}" org="{organisation}" course="{name}"/>\n'
    chapters = [chapter for chapter, _ in _chapters(course)]
    hidden = staff_chapter(plan, number)
    pointers = "".join(_pointer("chapter", block) for block in [*chapters, *filter(None, [hidden])])
    yield f"course/{run}.xml", _element("course", course.title, pointers)
    yield f"policies/{run}/policy.json", _json({f"course/{run}": {"display_name": course.title}})
    policy = {"GRADER": list(GRADERS), "GRADE_CUTOFFS": cutoffs(number)}
    yield f"policies/{run}/grading_policy.json", _json(policy)
    for chapter, sequences in _chapters(course):
        title = sequences[0].title.rpartition(",")[0]
        inside = "".join(_pointer("sequential", sequence.block) for sequence in sequences)
        yield f"chapter/{chapter}.xml", _element("chapter", title, inside)
    if hidden:
        content = _element("chapter", "Notes for staff", "", ' visible_to_staff_only="true"')
        yield f"chapter/{hidden}.xml", content
    for sequence in course.sequences:
        yield from _sequence_documents(course, sequence)


def _sequence_documents(course: Course, sequence: Sequence) -> Iterator[tuple[str, str]]:
    units = [block_id(sequence.key, tab) for tab in range(len(sequence.tabs))]
    inside = "".join(_pointer("vertical", unit) for unit in units)
    graded = ' format="Homework" graded="true"'
    yield f"sequential/{sequence.block}.xml", _element("sequential", sequence.title, inside, graded)
    for unit, (category, item) in zip(units, sequence.tabs, strict=True):
        blocks: tuple[Problem | Video, ...] = (
            course.videos if category == "video" else course.problems
        )
        name = _block_of(blocks[item].key)
        yield f"vertical/{unit}.xml", _element("vertical", "Unit", _pointer(category, name))
        block = blocks[item]
        yield (
            f"{category}/{name}.xml",
            _video(block) if isinstance(block, Video) else _problem(block),
        )


def _chapters(course: Course) -> list[tuple[str, list[Sequence]]]:
    return [
        (key, list(group)) for key, group in groupby(course.sequences, lambda each: each.chapter)
    ]


def _block_of(key: str) -> str:
    return key.rpartition("@")[2].rpartition("/")[2]


def _pointer(tag: str, name: str) -> str:
    return f'  <{tag} url_name="{name}"/>\n'


def _element(tag: str, title: str, inside: str, attributes: str = "") -> str:
    return f"<{tag} display_name={quoteattr(title)}{attributes}>\n{inside}</{tag}>\n"


def _video(video: Video) -> str:
    asset = f'  <video_asset client_video_id="lecture" duration="{video.duration}"/>\n'
    return _element("video", video.title, asset, f' youtube_id_1_0="{video.code}"')


def _problem(problem: Problem) -> str:
    inside = "".join(
        f"  <{response}><p>Question {part}</p><{widget}/></{response}>\n"
        for part, (response, widget) in enumerate(problem.parts, start=1)
    )
    return _element("problem", problem.title, inside, f' weight="{len(problem.parts)}"')


def _json(value: Any) -> str:
    return orjson.dumps(value).decode() + "\n"


def course_structure(plan: Plan, course: Course, number: int) -> bytes:
    """course_structure.json: every block by its key, with its children."""
    blocks: Blocks = {}
    tops = []
    for chapter, sequences in _chapters(course):
        first = sequences[0]
        key = chapter_key(course, first.key, first.block, chapter)
        tops.append(key)
        title = first.title.rpartition(",")[0]
        blocks[key] = _block("chapter", title, [sequence.key for sequence in sequences])
        for sequence in sequences:
            _add_sequence(course, sequence, blocks)
    hidden = staff_chapter(plan, number)
    if hidden:
        first = course.sequences[0]
        key = chapter_key(course, first.key, first.block, hidden)
        tops.append(key)
        blocks[key] = _block("chapter", "Notes for staff", [])
    blocks[course_block(course)] = _block("course", course.title, tops)
    return orjson.dumps(blocks) + b"\n"


def _add_sequence(course: Course, sequence: Sequence, blocks: Blocks) -> None:
    stem = sequence.key.removesuffix(sequence.block).replace("sequential", "vertical")
    units = [stem + block_id(sequence.key, tab) for tab in range(len(sequence.tabs))]
    blocks[sequence.key] = _block("sequential", sequence.title, units)
    for unit, (category, item) in zip(units, sequence.tabs, strict=True):
        found: Problem | Video = (
            course.videos[item] if category == "video" else course.problems[item]
        )
        blocks[unit] = _block("vertical", "Unit", [found.key])
        blocks[found.key] = _block(category, found.title, [])


def _block(category: str, title: str, children: list[str]) -> dict[str, Any]:
    return {"category": category, "children": children, "metadata": {"display_name": title}}
