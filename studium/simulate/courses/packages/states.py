"""States of student modules: what the platform keeps about a learner and a block of the course.

Enters: a learner's facts in one course, in order of time. Leaves: one `ModuleState` per block that
was shown: a page makes rows for its chapter, its sequence and everything in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from studium.simulate.courses.campus import Course
from studium.simulate.courses.facts import Fact
from studium.simulate.courses.lines.problems import check
from studium.simulate.courses.plan import Plan

ODD_STATE = "{'position': 1, seed"
ODD_EVERY = 211


@dataclass
class ModuleState:
    """A row of courseware_studentmodule; times in microseconds since 1970, None for NULL."""

    category: str
    key: str
    created: int
    modified: int
    state: dict[str, Any] = field(default_factory=dict)
    grade: float | None = None
    max_grade: float | None = None
    is_odd: bool = False

    def text(self) -> str:
        """The state as JSON, or as the text that is none."""
        return ODD_STATE if self.is_odd else orjson.dumps(self.state).decode()


class _Notebook:
    """The rows of one learner and course while facts are read."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.rows: dict[str, ModuleState] = {}

    def touch(self, category: str, key: str, time: int) -> ModuleState:
        row = self.rows.setdefault(key, ModuleState(category, key, time, time))
        row.modified = time
        return row

    def open_page(self, fact: Fact) -> None:
        course = self.course
        sequence = course.sequences[fact.item]
        chapter = chapter_key(course, sequence.key, sequence.block, sequence.chapter)
        places = list(dict.fromkeys(each.chapter for each in course.sequences))
        page = self.touch("course", course_block(course), fact.time)
        page.state = {"position": places.index(sequence.chapter) + 1}
        siblings = [each.key for each in course.sequences if each.chapter == sequence.chapter]
        above = self.touch("chapter", chapter, fact.time)
        above.state = {"position": siblings.index(sequence.key) + 1}
        self.touch("sequential", sequence.key, fact.time).state = {"position": 1}
        for category, item in sequence.tabs:
            blocks = course.videos if category == "video" else course.problems
            key = blocks[item].key
            if key not in self.rows:
                self.touch(category, key, fact.time).state = (
                    {"seed": 1} if category != "video" else {}
                )

    def answer(self, fact: Fact) -> None:
        problem = self.course.problems[fact.item]
        row = self.touch("problem", problem.key, fact.time)
        if row.state.get("attempts", 0) > fact.number:
            return  # sessions overlap, but the platform counts upwards
        graded = check(fact, problem)
        row.state = {
            "attempts": fact.number,
            "seed": 1,
            "done": True,
            "student_answers": graded["answers"],
            "correct_map": graded["correct_map"],
            "input_state": {part: {} for part in graded["answers"]},
            "last_submission_time": None,
        }
        row.grade, row.max_grade = fact.first, float(len(problem.parts))


def states_of(plan: Plan, course: Course, facts: list[Fact]) -> Iterator[ModuleState]:
    """The rows, in the order in which they were made."""
    notebook = _Notebook(course)
    for fact in facts:
        if fact.kind == "url_courseware":
            notebook.open_page(fact)
        elif fact.kind == "problem_check":
            notebook.answer(fact)
        elif fact.kind in ("pause_video", "stop_video"):
            video = notebook.touch("video", course.videos[fact.item].key, fact.time)
            seconds = int(fact.first)
            clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
            video.state = {"saved_video_position": clock}
        elif fact.kind in ("seq_goto", "seq_next", "seq_prev"):
            sequence = course.sequences[fact.item]
            row = notebook.touch("sequential", sequence.key, fact.time)
            row.state = {"position": fact.number}
    for row in notebook.rows.values():
        row.is_odd = "odd_states" in plan.traps and row.created // 1_000 % ODD_EVERY == 0
        yield row


def chapter_key(course: Course, sequence_key: str, sequence: str, chapter: str) -> str:
    """The usage key of a chapter, in the style of its sequence's."""
    is_legacy = course.style == "legacy"
    before, after = ("sequential/", "chapter/") if is_legacy else ("@sequential", "@chapter")
    return sequence_key.removesuffix(sequence).replace(before, after) + chapter


def course_block(course: Course) -> str:
    """The usage key of the course's own block."""
    if course.style == "legacy":
        organisation, number, run = course.key.split("/")
        return f"i4x://{organisation}/{number}/course/{run}"
    return course.key.replace("course-v1:", "block-v1:") + "+type@course+block@course"
