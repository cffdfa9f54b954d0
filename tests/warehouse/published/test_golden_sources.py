"""tests/expected/README.md says what golden answers were checked against, and names those that nothing checks."""

import re
from pathlib import Path

from studium.warehouse.project import FOLDER

TESTS = Path(__file__).parents[2]
EXPECTED = TESTS / "expected"
INDEPENDENT = (
    *("warehouse/test_golden_answers.py", "warehouse/engagement/test_engagement.py"),
    *("warehouse/problems/test_problems.py", "warehouse/reports/test_published_person_course.py"),
    *("test_person_course_truth.py", "test_truth.py"),
)


def test_golden_answers_that_nothing_else_checks_are_named() -> None:
    computed = set(re.findall(r"\w+", " ".join((TESTS / it).read_text() for it in INDEPENDENT)))
    descriptions = {file.stem: file.read_text() for file in FOLDER.rglob("models/**/*.yml")}
    worked = {name for name, text in descriptions.items() if "unit_tests:" in text}
    answers = {file.name.split(".")[0] for file in EXPECTED.rglob("*.csv")}

    _, alone = (EXPECTED / "README.md").read_text().split("## Checked by reading alone")

    assert set(re.findall(r"`(\w+)`", alone)) == answers - computed - worked


def test_what_is_named_as_a_check_is_there() -> None:
    readme = (EXPECTED / "README.md").read_text()
    for name in re.findall(r"`(tests/[^`*]+)`", readme):
        assert (TESTS.parent / name).exists(), name
