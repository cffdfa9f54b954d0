"""The content of an invented course: what its package brings as OLX, and the blocks that learners meet in order.

Enters: a course's number. Leaves: keys, blocks, and the course archive. All courses have the same outline.
"""

import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

CHAPTERS = 12
SEQUENCES = 2  # in a chapter
PROBLEMS = 2  # in a sequence
RUN = "2024"
POLICY = {
    "GRADER": [{"type": "Homework", "min_count": 24, "drop_count": 2, "weight": 1.0}],
    "GRADE_CUTOFFS": {"Pass": 0.5},
}


@dataclass(frozen=True)
class Block:
    """What a learner meets: one row of courseware_studentmodule, one kind of event."""

    category: str
    name: str


def course_key(number: int) -> str:
    """The key of course `number`."""
    return f"course-v1:BenchX+C{number:03d}+{RUN}"


def dashed(number: int) -> str:
    """The same as file names spell it."""
    return f"BenchX-C{number:03d}-{RUN}"


def blocks() -> list[Block]:
    """In the order of the course."""
    found = []
    for chapter in range(CHAPTERS):
        found.append(Block("chapter", f"chapter{chapter}"))
        for sequence in range(SEQUENCES):
            place = f"{chapter}_{sequence}"
            found.append(Block("sequential", f"sequence{place}"))
            found.append(Block("video", f"video{place}"))
            found += [Block("problem", f"problem{place}_{it}") for it in range(PROBLEMS)]
    return found


def write_content(path: Path, number: int) -> None:
    """The course as Studio exports it, in one archive."""
    outline = "".join(_chapter(chapter) for chapter in range(CHAPTERS))
    texts = {
        "course.xml": f'<course url_name="{RUN}" org="BenchX" course="C{number:03d}"/>',
        f"course/{RUN}.xml": f'<course display_name="Course {number}">{outline}</course>',
        f"policies/{RUN}/policy.json": json.dumps(
            {f"course/{RUN}": {"start": "2024-01-08T00:00:00Z"}}
        ),
        f"policies/{RUN}/grading_policy.json": json.dumps(POLICY),
    }
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, text in texts.items():
            entry = tarfile.TarInfo(f"course/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))


def _chapter(chapter: int) -> str:
    inner = "".join(_sequence(f"{chapter}_{it}") for it in range(SEQUENCES))
    return f'<chapter url_name="chapter{chapter}" display_name="Week {chapter}">{inner}</chapter>'


def _sequence(place: str) -> str:
    field = "<multiplechoiceresponse><choicegroup/></multiplechoiceresponse>"
    problems = "".join(
        f'<problem url_name="problem{place}_{it}" display_name="Problem {it}">{field}</problem>'
        for it in range(PROBLEMS)
    )
    video = f'<video url_name="video{place}" youtube="1.00:code{place}" display_name="Lecture"/>'
    return (
        f'<sequential url_name="sequence{place}" format="Homework" graded="true">'
        f'<vertical url_name="vertical{place}">{video}{problems}</vertical></sequential>'
    )
