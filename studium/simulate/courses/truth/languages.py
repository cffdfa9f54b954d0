"""Truth of transcript languages: which one a learner used most in a course.

Enters: a learner's named sightings in order of time. Leaves: `Languages` per course. A download is
of the language chosen last, on its day or the day before, else of English. Definitions:
specs/edx_person_course.md 2.11.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from studium.simulate.courses.facts import LANGUAGES
from studium.simulate.courses.truth.sightings import Sighting

DEFAULT = "en"


@dataclass(frozen=True)
class Languages:
    """The language used most, with its downloads and events, and how many languages were used."""

    language: str
    downloads: int
    events: int
    languages: int


@dataclass
class _Tally:
    """What was counted in one course; `chosen` is (day, language) of the latest choice."""

    events: Counter[str] = field(default_factory=Counter)
    downloads: Counter[str] = field(default_factory=Counter)
    latest: dict[str, int] = field(default_factory=dict)
    chosen: tuple[int, str] | None = None


def languages_of(sightings: Iterable[Sighting]) -> dict[str, Languages]:
    """Per course key; courses without a choice or a download are not there."""
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    for seen in sightings:
        if seen.kind not in ("url_transcript", "transcript_download") or seen.course is None:
            continue
        tally = tallies[seen.course]
        language = DEFAULT
        if seen.kind == "url_transcript":
            language = LANGUAGES[seen.fact.number]
            tally.chosen = (seen.day, language)
        elif tally.chosen is not None and tally.chosen[0] >= seen.day - 1:
            language = tally.chosen[1]
        tally.downloads[language] += seen.kind == "transcript_download"
        tally.events[language] += 1
        tally.latest[language] = seen.time
    return {course: _most_used(tally) for course, tally in tallies.items()}


def _most_used(tally: _Tally) -> Languages:
    ranked = sorted(tally.events, key=lambda each: (-tally.events[each], -tally.latest[each], each))
    first = ranked[0]
    return Languages(first, tally.downloads[first], tally.events[first], len(ranked))
