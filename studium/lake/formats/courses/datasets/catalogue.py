"""Datasets of the course catalogue (Course Discovery API), and of the platform's list of courses.

Enters: nothing. Leaves: `CATALOGUE`. Columns are those of the API, flattened; aliases take its own names in CSV files.
"""

from studium.vocabulary import (
    Dataset,
    derived,
    flag,
    number,
    optional,
    text,
    time,
    whole,
)

_RUN_TIMES = ("start_time", "end_time", "enrollment_start_time", "enrollment_end_time")

# True for what came inside a course; the run's own answer, where there is one, says more and counts.
_EMBEDDED = derived(flag("is_embedded"))

CATALOGUE = (
    Dataset(
        "catalogue_courses",
        description="One row per course of a catalogue.",
        key=("course_key",),
        columns=(
            *text("course_key", "title"),
            *optional(text("course_uuid", "level_type", "owners", "marketing_url")),
            *optional(text("short_description")),
            *optional(time("modified_time")),
        ),
        aliases=(("key", "course_key"), ("uuid", "course_uuid"), ("modified", "modified_time")),
        takes_others=False,
    ),
    Dataset(
        "catalogue_course_runs",
        description="One row per course run of a catalogue.",
        key=("course_id",),
        columns=(
            *text("course_id"),
            *optional(text("course_key", "run_uuid", "title")),
            *optional(time(*_RUN_TIMES, "announcement_time")),
            *optional(text("content_language", "pacing_type", "level_type", "availability")),
            *optional(text("status", "partner_short_code", "marketing_url", "reporting_type")),
            *optional(whole("min_effort", "max_effort", "weeks_to_complete")),
            *optional(time("modified_time")),
            *_EMBEDDED,
        ),
        aliases=(
            ("key", "course_id"),
            ("course", "course_key"),
            ("catalog_course", "course_key"),
            ("uuid", "run_uuid"),
            ("catalog_course_title", "title"),
            *((name.removesuffix("_time"), name) for name in (*_RUN_TIMES, "announcement_time")),
            ("modified", "modified_time"),
        ),
        takes_others=False,
    ),
    Dataset(
        "catalogue_seats",
        description="One row per course run and seat of a catalogue.",
        key=("course_id", "position"),
        columns=(
            *text("course_id"),
            *whole("position"),
            *text("type"),
            *optional(number("price")),
            *optional(text("currency")),
            *optional(time("upgrade_deadline")),
            *optional(text("credit_provider")),
            *optional(whole("credit_hours")),
            *_EMBEDDED,
        ),
        takes_others=False,
    ),
    Dataset(
        "catalogue_subjects",
        description="One row per course run and subject of a catalogue.",
        key=("course_id", "course_key", "position"),
        columns=(
            *optional(text("course_id", "course_key")),
            *whole("position"),
            *optional(text("slug")),
            *text("name"),
            *optional(text("uri", "language")),
        ),
        takes_others=False,
    ),
    Dataset(
        "catalogue_programs",
        description="One row per program of a catalogue.",
        key=("program_id",),
        columns=(
            *text("program_id"),
            *optional(text("title", "type", "status", "marketing_url")),
        ),
        aliases=(("uuid", "program_id"),),
        takes_others=False,
    ),
    Dataset(
        "catalogue_program_courses",
        description="One row per program and course of a catalogue.",
        key=("program_id", "slot"),
        columns=(*text("program_id"), *whole("slot"), *text("course_key")),
        takes_others=False,
    ),
    Dataset(
        "catalogue_run_programs",
        description="One row per course run and program that it says it belongs to.",
        key=("course_id", "program_id"),
        columns=(
            *text("course_id", "program_id"),
            *whole("position"),
            *text("program_type", "program_title"),
            *_EMBEDDED,
        ),
        takes_others=False,
    ),
    Dataset(
        "catalogue_instructors",
        description="One row per course run and instructor of a catalogue.",
        key=("course_id", "position"),
        columns=(
            *text("course_id"),
            *whole("position"),
            *optional(text("person_id")),
            *text("name"),
            *optional(text("title", "organization")),
            *_EMBEDDED,
        ),
        takes_others=False,
    ),
    Dataset(
        "listed_courses",
        description="One row per course of the platform's own list.",
        key=("course_id",),
        columns=(
            *text("course_id", "name", "org", "number", "blocks_url", "short_description"),
            *time("enrollment_start", "enrollment_end", "start_date", "end_date"),
            *text("start_display", "start_type", "effort", "pacing"),
        ),
    ),
)
