"""The invented university: courses with chapters, sequences, videos and problems.

Enters: a plan. Leaves: a `University`, whose keys, titles and URLs every line and every truth row
is made of. All names are invented; block ids come from a hash of the seed.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from random import Random

from studium.simulate.courses.plan import Plan

HOST = "courses.meridian.example"
ORGANISATIONS = ("MeridianX", "NorthfieldX", "LakesideX", "HarborX", "SummitX")
SUBJECTS = (
    ("STAT", "Reasoning with Data"),
    ("BIO", "Cells and Systems"),
    ("PHY", "Motion and Waves"),
    ("CS", "Programs and Structures"),
    ("HIST", "Cities and Trade"),
    ("ECON", "Markets and Choice"),
    ("CHEM", "Matter and Change"),
)
TOPICS = (
    "Introduction",
    "Measuring and Comparing",
    "Models and their Limits",
    "Evidence and Inference",
    "Change over Time",
    "Networks and Flows",
    "Risk and Uncertainty",
    "Design of Experiments",
    "Feedback and Control",
    "Review and Outlook",
)
STYLES = ("course-v1", "legacy", "ccx")
RESPONSES = (
    ("multiplechoiceresponse", "choicegroup"),
    ("choiceresponse", "checkboxgroup"),
    ("numericalresponse", "formulaequationinput"),
    ("optionresponse", "optioninput"),
    ("stringresponse", "textline"),
)


@dataclass(frozen=True, eq=False)
class Sequence:
    """A subsection; `tabs` lists what each of its units holds: ("video" | "problem", index)."""

    chapter: str
    block: str
    key: str
    title: str
    path: str
    tabs: tuple[tuple[str, int], ...]


@dataclass(frozen=True, eq=False)
class Video:
    """A video; `logged_id` is what browsers send, `key` what the mobile application sends."""

    key: str
    logged_id: str
    title: str
    handler: str
    duration: float
    code: str
    sequence: int


@dataclass(frozen=True, eq=False)
class Problem:
    """A problem with one or more parts; `part_prefix` starts the ids of its inputs."""

    key: str
    part_prefix: str
    title: str
    handler: str
    parts: tuple[tuple[str, str], ...]
    sequence: int


@dataclass(frozen=True, eq=False)
class Course:
    """A course run; `key` is its canonical id, `home` its URL path without trailing slash."""

    key: str
    style: str
    organisation: str
    title: str
    home: str
    sequences: tuple[Sequence, ...]
    videos: tuple[Video, ...]
    problems: tuple[Problem, ...]
    topics: tuple[str, ...]


class CourseKeys:
    """The keys of one course run in its style: course-v1, legacy or ccx."""

    def __init__(self, style: str, organisation: str, number: str, run: str) -> None:
        self.style = style
        self.legacy_parts = (organisation, number)
        self.opaque = f"{organisation}+{number}+{run}"
        if style == "legacy":
            self.course = f"{organisation}/{number}/{run}"
        elif style == "ccx":
            self.opaque += "+ccx@3"
            self.course = f"ccx-v1:{self.opaque}"
        else:
            self.course = f"course-v1:{self.opaque}"

    def usage(self, category: str, block: str) -> str:
        """The usage key of a block, such as `block-v1:A+B+C+type@video+block@0b9e…`."""
        if self.style == "legacy":
            return "i4x://" + "/".join((*self.legacy_parts, category, block))
        scheme = "ccx-block-v1" if self.style == "ccx" else "block-v1"
        return f"{scheme}:{self.opaque}+type@{category}+block@{block}"

    def in_url(self, category: str, block: str) -> str:
        """The usage key as handler URLs show it: legacy slashes become `;_`."""
        return self.usage(category, block).replace("/", ";_")

    def html_id(self, category: str, block: str) -> str:
        """The id that pages use: dashed `i4x-…` for legacy courses, the bare 32 hex digits else."""
        if self.style == "legacy":
            return "-".join(("i4x", *self.legacy_parts, category, block))
        return block


def block_id(*parts: object) -> str:
    """32 hex digits that depend on the parts alone."""
    return blake2b("/".join(map(str, parts)).encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=4)
def build_university(plan: Plan) -> tuple[Course, ...]:
    """All courses of a plan, in the order that facts number them."""
    return tuple(_build_course(plan, number) for number in range(plan.courses))


def _build_course(plan: Plan, number: int) -> Course:
    random = Random(f"{plan.seed}/course/{number}")
    subject, title = SUBJECTS[number % len(SUBJECTS)]
    organisation = ORGANISATIONS[number % len(ORGANISATIONS)]
    style = STYLES[number % len(STYLES)] if "key_styles" in plan.traps else "course-v1"
    run = ("1T2024", "2024_Spring", "1T2024")[STYLES.index(style)]
    keys = CourseKeys(style, organisation, f"{subject}{101 + number}", run)
    builder = _CourseBuilder(plan.seed, number, keys, random)
    for chapter in range(random.randint(6, len(TOPICS))):
        builder.add_chapter(chapter)
    return Course(
        key=keys.course,
        style=style,
        organisation=organisation,
        title=title,
        home=f"/courses/{keys.course}",
        sequences=tuple(builder.sequences),
        videos=tuple(builder.videos),
        problems=tuple(builder.problems),
        topics=tuple(block_id(plan.seed, number, "topic", index) for index in range(8)),
    )


class _CourseBuilder:
    """Collects the blocks of one course while its outline is drawn."""

    def __init__(self, seed: int, number: int, keys: CourseKeys, random: Random) -> None:
        self.place = (seed, number)
        self.keys = keys
        self.random = random
        self.sequences: list[Sequence] = []
        self.videos: list[Video] = []
        self.problems: list[Problem] = []

    def add_chapter(self, chapter: int) -> None:
        chapter_block = block_id(*self.place, "chapter", chapter)
        for part in range(self.random.randint(2, 4)):
            position = len(self.sequences)
            block = block_id(*self.place, "sequential", position)
            tabs = []
            for _ in range(self.random.randint(3, 7)):
                is_video = self.random.random() < 0.5
                tabs.append(self.add_video(position) if is_video else self.add_problem(position))
            self.sequences.append(
                Sequence(
                    chapter=chapter_block,
                    block=block,
                    key=self.keys.usage("sequential", block),
                    title=f"{TOPICS[chapter]}, part {part + 1}",
                    path=f"/courses/{self.keys.course}/courseware/{chapter_block}/{block}/",
                    tabs=tuple(tabs),
                )
            )

    def add_video(self, sequence: int) -> tuple[str, int]:
        index = len(self.videos)
        block = block_id(*self.place, "video", index)
        self.videos.append(
            Video(
                key=self.keys.usage("video", block),
                logged_id=self.keys.html_id("video", block),
                title=f"Lecture {index + 1}",
                handler=f"/courses/{self.keys.course}/xblock/{self.keys.in_url('video', block)}"
                "/handler/",
                duration=round(self.random.uniform(95, 1260), self.random.choice((0, 2))),
                code=block_id(*self.place, "code", index)[:11],
                sequence=sequence,
            )
        )
        return "video", index

    def add_problem(self, sequence: int) -> tuple[str, int]:
        index = len(self.problems)
        block = block_id(*self.place, "problem", index)
        self.problems.append(
            Problem(
                key=self.keys.usage("problem", block),
                part_prefix=self.keys.html_id("problem", block),
                title=f"Exercise {index + 1}",
                handler=f"/courses/{self.keys.course}/xblock/{self.keys.in_url('problem', block)}"
                "/handler/xmodule_handler/",
                parts=tuple(self.random.choices(RESPONSES, k=self.random.choice((1, 1, 1, 1, 2)))),
                sequence=sequence,
            )
        )
        return "problem", index
