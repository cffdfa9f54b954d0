"""Courses and their runs: what the catalogue says of each, its seats, subjects, programs and instructors.

Enters: a record of courses, course_runs or catalog. Leaves: rows by dataset. A course has several runs and subjects.
"""

from typing import Any

import orjson

from studium.lake.formats.courses.catalogue.values import (
    KEPT_BYTES,
    Row,
    Rows,
    course_id_of,
    moment,
    number,
    objects,
    text,
    whole,
)
from studium.lake.reading.documents import Record
from studium.lake.reading.parsed import Counts

TIMES = ("start", "end", "enrollment_start", "enrollment_end", "announcement")
TEXTS = (
    *("title", "content_language", "pacing_type", "level_type", "availability", "status"),
    *("partner_short_code", "marketing_url", "reporting_type"),
)
NUMBERS = ("min_effort", "max_effort", "weeks_to_complete")


def course_rows(record: Record, counts: Counts, number_: int) -> Rows:
    """A course, its runs, and a row for each run and subject; without runs its subjects have the course alone."""
    key = text(record.get("key"))
    if key is None:
        counts.reject(number_, "no_key", "no key", orjson.dumps(record)[:KEPT_BYTES])
        return []
    course = {
        "course_key": key,
        "course_uuid": text(record.get("uuid")),
        "title": text(record.get("title")),
        "level_type": text(record.get("level_type")),
        "owners": " ".join(
            filter(None, (text(it.get("key")) for it in objects(record.get("owners"))))
        )
        or None,
        "marketing_url": text(record.get("marketing_url")),
        "short_description": text(record.get("short_description")),
        "modified_time": moment(record, "modified", counts, number_),
    }
    rows: Rows = [("catalogue_courses", course)]
    run_ids: list[str | None] = []
    for run in objects(record.get("course_runs")):
        of_run = run_rows({"course": key} | run, counts, number_)
        run_ids += [row["course_id"] for dataset, row in of_run[:1]]
        rows += [(dataset, row | {"is_embedded": True}) for dataset, row in of_run]
    for run_id in run_ids or [None]:
        rows += _subjects(record, {"course_id": run_id, "course_key": key})
    return rows


def run_rows(record: Record, counts: Counts, number_: int) -> Rows:
    """A run first, then its seats, programs and instructors; nothing for a record without a key."""
    course_id = course_id_of(record, "key", counts, number_)
    if course_id is None:
        return []
    run: Row = {
        "course_id": course_id,
        "course_key": text(record.get("course")),
        "run_uuid": text(record.get("uuid")),
        "modified_time": moment(record, "modified", counts, number_),
    }
    run |= {name: text(record.get(name)) for name in TEXTS}
    run |= {name: whole(record.get(name)) for name in NUMBERS}
    run |= {f"{name}_time": moment(record, name, counts, number_) for name in TIMES}
    return [
        ("catalogue_course_runs", run),
        *_seats(record, course_id, counts, number_),
        *_programs(record, course_id),
        *_instructors(record, course_id),
    ]


def catalog_rows(record: Record, counts: Counts, number_: int) -> Rows:
    """Subjects of a run, in several languages, as the catalogue of 2017 wrote them."""
    course_id = course_id_of(record, "course_id", counts, number_)
    return [] if course_id is None else _subjects(record, {"course_id": course_id})


def _subjects(record: Record, of: Row) -> Rows:
    return [
        (
            "catalogue_subjects",
            of
            | {
                "position": position,
                "slug": text(subject.get("slug")),
                "name": text(subject.get("name") or subject.get("title")),
                "uri": text(subject.get("uri")),
                "language": text(subject.get("language")),
            },
        )
        for position, subject in enumerate(objects(record.get("subjects")), start=1)
    ]


def _seats(record: Record, course_id: str, counts: Counts, number_: int) -> Rows:
    return [
        (
            "catalogue_seats",
            {
                "course_id": course_id,
                "position": position,
                "type": text(seat.get("type")),
                "price": number(seat.get("price")),
                "currency": text(seat.get("currency")),
                "upgrade_deadline": moment(seat, "upgrade_deadline", counts, number_),
                "credit_provider": text(seat.get("credit_provider")),
                "credit_hours": whole(seat.get("credit_hours")),
            },
        )
        for position, seat in enumerate(objects(record.get("seats")), start=1)
    ]


def _programs(record: Record, course_id: str) -> Rows:
    return [
        (
            "catalogue_run_programs",
            {
                "course_id": course_id,
                "position": position,
                "program_id": text(program.get("uuid")),
                "program_type": text(program.get("type")),
                "program_title": text(program.get("title")),
            },
        )
        for position, program in enumerate(objects(record.get("programs")), start=1)
        if program.get("uuid")
    ]


def _instructors(record: Record, course_id: str) -> Rows:
    """Under `staff`, in old answers under `instructors`."""
    people = objects(record.get("staff")) or objects(record.get("instructors"))
    return [
        (
            "catalogue_instructors",
            {"course_id": course_id, "position": position} | _person(person),
        )
        for position, person in enumerate(people, start=1)
    ]


def _person(person: dict[str, Any]) -> Row:
    parts = (text(person.get(name)) for name in ("given_name", "family_name"))
    held = person.get("position")
    position = held if isinstance(held, dict) else {}
    return {
        "person_id": text(person.get("uuid")),
        "name": " ".join(filter(None, parts)) or text(person.get("name")),
        "title": text(position.get("title")),
        "organization": text(position.get("organization_name")),
    }
