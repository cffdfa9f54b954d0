"""Front door of the campus: courses, learners, and what they do there."""

from studium.simulate.courses.campus.courses import (
    HOST,
    Course,
    Problem,
    block_id,
    build_university,
)
from studium.simulate.courses.campus.learners import (
    Profile,
    address_of,
    draw_budgets,
    draw_courses,
    profile_of,
    session_id,
)
from studium.simulate.courses.campus.lives import live

__all__ = [
    "HOST",
    "Course",
    "Problem",
    "Profile",
    "address_of",
    "block_id",
    "build_university",
    "draw_budgets",
    "draw_courses",
    "live",
    "profile_of",
    "session_id",
]
