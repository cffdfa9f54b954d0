"""What the content of a course is: its grading policy, and a chapter that only staff can see.

Enters: the number of a course. Leaves: cutoffs, and the chapter that no learner comes to.
"""

from studium.simulate.courses.campus import block_id
from studium.simulate.courses.plan import Plan

CUTOFFS = ({"Pass": 0.6}, {"A": 0.85, "B": 0.7, "C": 0.5}, {"Pass": 0.55})


def cutoffs(number: int) -> dict[str, float]:
    """The lowest grade of each letter, for the course with this number."""
    return CUTOFFS[number % len(CUTOFFS)]


def passing_grade(number: int) -> float:
    """The lowest grade that earns any letter."""
    return min(cutoffs(number).values())


def letter(number: int, grade: float) -> str:
    """The letter that a grade earns; blank below all."""
    earned = [(cutoff, name) for name, cutoff in cutoffs(number).items() if grade >= cutoff]
    return max(earned)[1] if earned else ""


def staff_chapter(plan: Plan, number: int) -> str | None:
    """The block of a chapter for staff only, which every second course has."""
    return block_id(plan.seed, number, "chapter", "staff") if number % 2 == 0 else None
