"""What learners do in a course: watch videos, solve problems, discuss.

Enters: a learner's diary and what to work on. Leaves: facts in the diary, in the order and with
the pauses that browsers, servers and people have.
"""

from studium.simulate.courses.campus.courses import Course, Problem, Video
from studium.simulate.courses.campus.diary import Diary
from studium.simulate.courses.facts import NO_DURATION, SECOND, THREADS

CONTROLS = ("show_transcript", "hide_transcript", "speed_change_video")
POSTS = ("thread_created", "response_created", "comment_created", "thread_voted")


def watch_video(diary: Diary, item: int, video: Video) -> None:
    """Play, pause, seek and stop with positions that fit the time that passes."""
    random = diary.random
    diary.emit("load_video", item)
    diary.wait(3)
    position = 0.0 if random.random() < 0.7 else _somewhere(diary, video)
    device = diary.marks
    for _ in range(1 + int(random.expovariate(0.8))):
        diary.marks = device | _duration_mark(diary)
        diary.emit("play_video", item, first=position)
        chance = random.random()
        if chance < 0.15:
            diary.hurry(2, 30)
            diary.emit(random.choice(CONTROLS), item, first=position)
        position = _play_on(diary, position, video)
        if chance < 0.55:
            diary.emit("pause_video", item, first=position)
        elif chance < 0.8:
            target = _somewhere(diary, video)
            diary.emit("seek_video", item, first=position, second=target)
            # Players report the position before the jump when play follows a seek.
            position = position if random.random() < 0.3 else target
        elif chance < 0.93:
            diary.emit("stop_video", item, first=video.duration)
        if chance > 0.8:
            break
        diary.wait(7)
    diary.marks = device


def _duration_mark(diary: Diary) -> int:
    """Some players do not tell the duration."""
    silent = "unknown_durations" in diary.plan.traps and diary.random.random() < 0.08
    return NO_DURATION if silent else 0


def _somewhere(diary: Diary, video: Video) -> float:
    random = diary.random
    return round(random.random() * video.duration * 0.95, random.choice((0, 3, 6)))


def _play_on(diary: Diary, position: float, video: Video) -> float:
    """The position after some minutes of playing; a few players overshoot the end."""
    random = diary.random
    speed = random.choice((1.0, 1.0, 1.0, 1.25, 1.5))
    seconds = random.expovariate(1 / 130)
    if random.random() < 0.05:
        seconds = random.uniform(0.05, 0.6)
    diary.clock += int(seconds * SECOND)
    # A silent player does not overshoot: without a duration nobody could tell.
    if random.random() < 0.01 and not diary.marks & NO_DURATION:
        return round(video.duration + random.uniform(0.2, 4), 3)
    return round(min(video.duration, position + seconds * speed), 6)


def solve_problem(diary: Diary, item: int, problem: Problem) -> None:
    """Attempts in the browser, each answered by the server; sometimes the answer is shown."""
    random = diary.random
    diary.emit("url_handler", item, number=0)
    diary.wait(35)
    skill = 0.35 + 0.3 * random.random()
    for _ in range(random.choices((0, 1, 2, 3), (12, 60, 20, 8))[0]):
        points = sum(random.random() < skill for _ in problem.parts)
        _attempt(diary, item, float(points))
        if points == len(problem.parts):
            break
        diary.wait(25)
    if random.random() < 0.18:
        diary.emit("problem_show", item)
        diary.hurry(0.05, 0.4)
        diary.emit("url_handler", item, number=2)
        diary.hurry(0.01, 0.1)
        diary.emit("showanswer", item)
        diary.wait(20)


def _attempt(diary: Diary, item: int, points: float) -> None:
    attempt = diary.count_attempt(item)
    diary.emit("problem_input", item, number=attempt)
    diary.hurry(0.05, 0.5)
    diary.emit("url_handler", item, number=1)
    diary.hurry(0.01, 0.2)
    diary.emit("problem_check", item, first=points, number=attempt)
    if diary.random.random() < 0.3:
        diary.hurry(0.001, 0.05)
        diary.emit("problem_submitted", item, first=points)
    diary.hurry(0.05, 0.4)
    diary.emit("problem_graded", item, first=points, number=attempt)
    if diary.random.random() < 0.25:
        _grade(diary, item, points)


def _grade(diary: Diary, item: int, points: float) -> None:
    """Background workers compute grades a moment later."""
    diary.hurry(0.3, 2)
    diary.emit("subsection_graded", item, first=points)
    if diary.random.random() < 0.4:
        diary.hurry(0.05, 0.9)
        diary.emit("course_graded", item, first=round(diary.random.random(), 2))
    if diary.random.random() < 0.02:
        diary.emit("rescored", item, first=points)


def discuss(diary: Diary, course: Course) -> None:
    """Read some threads, sometimes write, vote or search."""
    random = diary.random
    topic = random.randrange(len(course.topics))
    diary.emit("url_forum", topic)
    diary.wait(15)
    for _ in range(random.randint(1, 3)):
        diary.emit("url_thread", topic, number=random.randrange(THREADS))
        diary.wait(30)
    if random.random() < 0.35:
        diary.emit(random.choice(POSTS), topic, number=random.getrandbits(62))
        diary.wait(10)
    if random.random() < 0.15:
        diary.emit("forum_searched", random.randrange(5))
        diary.wait(10)
