"""The mutants still name one place each, and tests that are there: who changes the product, changes them."""

from collections import Counter

from tests.mutants.lists import ROOT, read_mutants

# Those that a person made by hand and that no test noticed then.
LEAST = 60
ROOMS = ("sources", "lake", "warehouse", "analyses", "publish", "serve", "cli")


def test_every_mutant_names_one_place_and_changes_it() -> None:
    problems = []
    for mutant in read_mutants():
        path = ROOT / mutant.file
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        try:
            if mutant.applied(text) == text:
                problems.append(f"{mutant.name}: changes nothing")
        except ValueError as error:
            problems.append(str(error))
    assert not problems, "\n".join(problems)


def test_every_mutant_names_tests_that_are_there() -> None:
    named = {test.split("::")[0] for mutant in read_mutants() for test in mutant.tests}
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_room_has_some() -> None:
    mutants = read_mutants()
    rooms = Counter(mutant.file.split("/")[1] for mutant in mutants)
    assert [room for room in ROOMS if not rooms[room]] == []
    assert len(mutants) >= LEAST
    assert [name for name, times in Counter(it.name for it in mutants).items() if times > 1] == []
