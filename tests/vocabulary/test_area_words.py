"""Machinery knows no subject: words of an area stand in the folders of that area.

Enters: the code. A reason is removed with what it excuses; numbers only fall.
"""

import re

from tests.test_house import ROOT, python_files, relative

# Words of an area, which machinery does not know. A file of machinery that says one has a reason.
AREA_WORDS = re.compile(
    r"(?<![a-z])(courses?|edx|forums?|learners?|videos?|enrol+ments?|tracking.logs?)(?![a-z])", re.I
)
SAYS_AREA_WORDS = {
    "studium/config/settings.py": "the setting landing.courses, and where a catalogue of courses is fetched",
    "studium/publish/__init__.py": "the front door opens to the areas, too",
    "studium/warehouse/inputs/dumps.py": "how Parquet from before there were scopes is read",
    "studium/warehouse/records.py": "notes from before there were scopes, which go",
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
# Rooms whose files outside areas are read for words. A number of files that still say some, which only falls.
ROOMS = ("config", "lake", "vocabulary", "warehouse", "analyses", "publish")
ABOUT_COURSES = ("insights", "institution")  # what edX's clients call, and pages over all courses
STILL_SAY_AREA_WORDS = {"cli": 13, "serve": 28}


def says_area_words(room: str) -> set[str]:
    """Files of a room outside its areas' folders that hold a word of an area."""
    places = ("studium/lake/formats", "studium/warehouse/models")
    areas = [it.name for place in places for it in (ROOT / place).iterdir() if it.is_dir()]
    return {
        relative(path)
        for path in python_files(f"studium/{room}")
        if not {*areas, *ABOUT_COURSES} & set(path.relative_to(ROOT).parts)
        and AREA_WORDS.search(path.read_text(encoding="utf-8"))
    }


def test_machinery_holds_no_word_of_an_area() -> None:
    found = set().union(*map(says_area_words, ROOMS))
    assert found == set(SAYS_AREA_WORDS), "say it in the area's folder; remove what needs no reason"


def test_commands_and_pages_beside_areas_forget_their_words() -> None:
    counts = {room: len(says_area_words(room)) for room in STILL_SAY_AREA_WORDS}
    grown = {room: n for room, n in counts.items() if n > STILL_SAY_AREA_WORDS[room]}
    assert not grown, "machinery learned a word of an area"
