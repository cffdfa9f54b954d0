"""Front door of the truth: the correct answers, counted from facts, never from log lines.

Enters: the facts of one learner after the other. Leaves: a `Truth` that can be merged with that
of other learners and written as CSV files.
"""

from studium.simulate.courses.truth.person_course import (
    PERSON_COURSE,
    csv_lines,
    person_course_lines,
)
from studium.simulate.courses.truth.tables import Truth

__all__ = ["PERSON_COURSE", "Truth", "csv_lines", "person_course_lines"]
