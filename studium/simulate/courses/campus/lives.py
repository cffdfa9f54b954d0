"""A learner's life in the university: joining courses, then session after session.

Enters: a plan, a learner's number and event budget. Leaves: exactly that many facts, sorted by
time, no two at the same microsecond. Depends on nothing but the plan and the learner.
"""

from studium.simulate.courses.campus.activities import discuss, solve_problem, watch_video
from studium.simulate.courses.campus.courses import Course, build_university
from studium.simulate.courses.campus.diary import Diary
from studium.simulate.courses.campus.learners import draw_courses
from studium.simulate.courses.facts import DAY, LANGUAGES, MODES, ON_MOBILE, SECOND, STRANGER, Fact
from studium.simulate.courses.plan import Plan

DAYS_TO_1970 = 719_163  # the ordinal of 1970-01-01

HOURS = (6, 4, 3, 2, 2, 2, 3, 5, 8, 9, 10, 10, 9, 9, 10, 10, 9, 9, 11, 13, 14, 13, 11, 9)
"""How likely a session begins in each hour of the UTC day."""


def live(plan: Plan, learner: int, budget: int) -> list[Fact]:
    """All facts of one learner; `budget` is their number."""
    life = _Life(plan, learner, budget)
    life.enroll()
    life.study()
    facts = [_with_transcript(fact, life.university) for fact in life.diary.facts[:budget]]
    return _at_distinct_times(facts)


def _with_transcript(fact: Fact, university: tuple[Course, ...]) -> Fact:
    """Some who put the transcript away take another language instead; some links are transcripts."""
    if fact.kind == "hide_transcript" and not fact.marks & ON_MOBILE:
        number = fact.time // 1_000 % len(LANGUAGES)
        return fact._replace(kind="url_transcript", first=0.0, number=number, marks=0)
    if fact.kind == "link_clicked" and not fact.marks & STRANGER and fact.time % 5 < 2:
        item = fact.item % len(university[fact.course].videos)
        return fact._replace(kind="transcript_download", item=item)
    return fact


def _at_distinct_times(facts: list[Fact]) -> list[Fact]:
    """Sorted by time, where an equal time moves on by a microsecond: no two lines are the same."""
    facts.sort()
    latest = 0
    for index, fact in enumerate(facts):
        if fact.time <= latest:
            facts[index] = fact = fact._replace(time=latest + 1)
        latest = fact.time
    return facts


class _Life:
    """One learner's plans: the courses, how far each has come, and the diary of what happened."""

    def __init__(self, plan: Plan, learner: int, budget: int) -> None:
        self.university = build_university(plan)
        self.budget = budget
        self.diary = diary = Diary(plan, learner)
        self.courses = draw_courses(plan, diary.random)
        self.progress = dict.fromkeys(self.courses, 0)
        self.start = (plan.start.toordinal() - DAYS_TO_1970) * DAY
        self.end = self.start + plan.days * DAY - SECOND
        self.joined = self.start + int(diary.random.betavariate(1, 3) * (plan.days - 1) * DAY)

    def enroll(self) -> None:
        """Enrolment histories: join, upgrade, leave, return, and the odd repeated event."""
        diary, random = self.diary, self.diary.random
        for course in self.courses:
            diary.course = course
            diary.clock = self._moment(self.joined, self.joined + 2 * DAY)
            mode = random.choices((0, 1, 2), (70, 20, 10))[0]
            chance = random.random()
            if chance > 0.02:
                diary.emit("activated", mode)
            if chance > 0.9:
                diary.clock = self._moment(diary.clock, self.end)
                mode = 3 if random.random() < 0.2 else 2
                diary.emit("mode_changed", mode)
            if chance < 0.12:
                self._leave(mode)
            elif chance < 0.14:
                diary.clock = self._moment(diary.clock, self.end)
                diary.emit("activated", random.randrange(len(MODES)))

    def _leave(self, mode: int) -> None:
        diary, random = self.diary, self.diary.random
        diary.clock = self._moment(diary.clock, self.end)
        diary.emit("deactivated", mode if random.random() < 0.7 else 0)
        if random.random() < 0.3:
            diary.clock = self._moment(diary.clock, min(self.end, diary.clock + 7 * DAY))
            diary.emit(random.choice(("activated", "activated", "deactivated")), mode)
        if random.random() < 0.1:
            diary.hurry(1, 400)
            diary.emit("mode_changed", 2)

    def _moment(self, earliest: int, latest: int) -> int:
        return min(self.end, self.diary.random.randint(earliest, max(earliest, latest)))

    def study(self) -> None:
        """Sessions until the budget is spent, each from its own start; they may overlap."""
        diary = self.diary
        sizes = []
        left = self.budget - len(diary.facts)
        while left > 0:
            size = min(left, int(diary.random.lognormvariate(3.3, 0.8)) + 3)
            sizes.append(size)
            left -= size
        starts = sorted(self._session_start() for _ in sizes)
        for size, start in zip(sizes, starts, strict=True):
            diary.session += 1
            self._hold_session(start, len(diary.facts) + size)

    def _session_start(self) -> int:
        random = self.diary.random
        day = int(self.joined // DAY * DAY + random.betavariate(1, 1.7) * (self.end - self.joined))
        hour = random.choices(range(24), HOURS)[0]
        start = day // DAY * DAY + hour * 3600 * SECOND + int(random.random() * 3600 * SECOND)
        return min(max(start, self.joined), self.end)

    def _hold_session(self, start: int, goal: int) -> None:
        """One session of `goal` - len(facts) facts; moved back where it would pass the end."""
        diary, random = self.diary, self.diary.random
        first = len(diary.facts)
        diary.clock = start
        diary.course = self.courses[0] if random.random() < 0.75 else random.choice(self.courses)
        mobile = "mobile" in diary.plan.traps and random.random() < 0.12
        diary.marks = ON_MOBILE if mobile else 0
        self._arrive()
        while len(diary.facts) < goal:
            self._study_sequence(goal)
        del diary.facts[goal:]
        overrun = diary.facts[-1].time - self.end
        if overrun > 0:
            diary.facts[first:] = [
                fact._replace(time=max(self.start, fact.time - overrun))
                for fact in diary.facts[first:]
            ]

    def _arrive(self) -> None:
        diary, random = self.diary, self.diary.random
        if "anonymous" in diary.plan.traps and random.random() < 0.1:
            self._look_around()
        course = diary.course
        if random.random() < 0.4:
            diary.course = -1
            diary.emit("url_dashboard")
            diary.course = course
            diary.wait(6)
        diary.emit("url_home")
        diary.wait(8)
        if random.random() < 0.2:
            diary.emit("url_progress")
            diary.wait(15)

    def _look_around(self) -> None:
        """Page views before logging in: nobody's name is known yet."""
        diary = self.diary
        diary.marks |= STRANGER
        diary.emit("url_about")
        diary.wait(12)
        if diary.random.random() < 0.4:
            diary.emit("link_clicked", diary.random.randrange(5))
            diary.wait(5)
        diary.marks &= ~STRANGER

    def _study_sequence(self, goal: int) -> None:
        diary = self.diary
        course = self.university[diary.course]
        position = self.progress[diary.course] % len(course.sequences)
        sequence = course.sequences[position]
        diary.emit("url_courseware", position)
        diary.wait(5)
        for tab, (category, item) in enumerate(sequence.tabs, start=1):
            if len(diary.facts) >= goal:
                return
            if tab > 1:
                self._turn_to(position, tab, len(sequence.tabs))
            if category == "video":
                watch_video(diary, item, course.videos[item])
            else:
                solve_problem(diary, item, course.problems[item])
        self.progress[diary.course] += 1
        self._wander(course, position)

    def _turn_to(self, position: int, tab: int, tabs: int) -> None:
        diary = self.diary
        kind = diary.random.choices(("seq_next", "seq_goto", "seq_prev"), (70, 24, 6))[0]
        old = min(tabs, tab + 1) if kind == "seq_prev" else tab - 1
        diary.emit(kind, position, first=float(old), number=tab)
        diary.wait(9)

    def _wander(self, course: Course, position: int) -> None:
        """What happens between two sequences: forum, progress page, textbook, leaving a page."""
        diary = self.diary
        chance = diary.random.random()
        if chance < 0.22:
            discuss(diary, course)
        elif chance < 0.32:
            diary.emit("url_progress")
        elif chance < 0.4:
            for page in range(1, diary.random.randint(2, 5)):
                diary.emit("book", 0, number=page)
                diary.wait(40)
        elif chance < 0.55:
            diary.emit("link_clicked", position)
        if diary.random.random() < 0.7:
            diary.emit("page_close", position)
        diary.wait(20)
