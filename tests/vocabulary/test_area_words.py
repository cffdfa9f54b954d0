"""Machinery knows no subject: words of an area stand in the folders of that area.

Enters: the code. A reason is removed with what it excuses; numbers only fall.
"""

import re

from tests.test_house import ROOT, python_files, relative

# Words of an area, which machinery does not know. A file of lake or vocabulary that says one has a reason.
AREA_WORDS = re.compile(
    r"(?<![a-z])(courses?|edx|forums?|learners?|videos?|enrol+ments?|tracking.logs?)(?![a-z])", re.I
)
SAYS_AREA_WORDS = {
    "studium/lake/deliveries/current.py": "how Parquet from before there were scopes is told",
    "studium/lake/deliveries/recognition.py": "names of files in old ledgers are made of ids of courses alone",
    "studium/lake/deliveries/unpacking.py": "a message of today's one area",
    "studium/lake/formats/face.py": "an example",
    "studium/lake/geography/countries.py": "whose spelling of regions it is",
    "studium/lake/health/standing.py": "manifests name the course of an input",
    "studium/lake/landing.py": "messages of today's one area, and the setting landing.courses",
    "studium/lake/ledger.py": "the migration from courses to scopes",
    "studium/lake/reading/parsed.py": "an example",
    "studium/vocabulary/outcomes.py": "manifests name the course of an input",
    "studium/vocabulary/rights.py": "levels of rights, and manifests from before there were scopes",
    "studium/vocabulary/roles.py": "roles are called so in accounts",
    "studium/vocabulary/scopes.py": "the kinds of scopes",
}
# Files of machinery elsewhere that still do; a number only falls, but where a room is split into more files.
STILL_SAY_AREA_WORDS = {"config": 1, "publish": 1, "warehouse": 12}


def says_area_words(room: str) -> set[str]:
    """Files of a room outside its areas' folders that hold a word of an area."""
    areas = [folder.name for folder in (ROOT / "studium/lake/formats").iterdir() if folder.is_dir()]
    return {
        relative(path)
        for path in python_files(f"studium/{room}")
        if not set(areas) & set(path.relative_to(ROOT).parts)
        and AREA_WORDS.search(path.read_text(encoding="utf-8"))
    }


def test_machinery_of_lake_and_vocabulary_holds_no_word_of_an_area() -> None:
    found = says_area_words("lake") | says_area_words("vocabulary")
    assert found == set(SAYS_AREA_WORDS), "say it in the area's folder; remove what needs no reason"


def test_machinery_elsewhere_forgets_words_of_areas() -> None:
    counts = {room: len(says_area_words(room)) for room in STILL_SAY_AREA_WORDS}
    grown = {room: n for room, n in counts.items() if n > STILL_SAY_AREA_WORDS[room]}
    assert not grown, "machinery learned a word of an area"
