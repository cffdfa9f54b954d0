"""Shredded rows as the lake keeps them: canonical keys in place of the texts that were logged, columns in their order.

Enters: rows of shred.sql with their extra fields. Leaves: a table of the lake's columns, in the order of arrival:
sorting by course and time makes the files 4 % smaller and landing a fifth slower.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from studium.lake.formats.courses.datasets.events import EVENTS
from studium.lake.formats.courses.keys import course_of, is_course, module_of
from studium.lake.formats.courses.tracking_log.addresses import plain_addresses
from studium.lake.formats.courses.tracking_log.fields import TRIMMED_WHEN_WRITTEN
from studium.lake.formats.courses.tracking_log.lines import PARTS_FROM
from studium.lake.formats.courses.tracking_log.places import with_other_places

WHITE_SPACE = " \t\n\v\f\r"
Column = Any  # pa.Array or pa.ChunkedArray, which pyarrow leaves untyped


def canonical(shredded: pa.Table, source_file: str) -> pa.Table:
    """Look up each distinct key once, and name, type and order the columns of the lake."""
    shredded = with_other_places(shredded)
    course_text = _Coded(shredded["course_text"])
    found = [None if text is None else course_of(text) for text in course_text.texts]
    courses = [course if course and is_course(course.course_id) else None for course in found]
    is_named = course_text.spread([course is not None for course in courses], pa.bool_())
    enrollment_text = _Coded(shredded["enrollment_course"])
    enrolled = [None if text is None else course_of(text) for text in enrollment_text.texts]
    org_id = course_text.spread([course and course.org_id for course in courses])
    columns: dict[str, Column] = {
        "course_id": course_text.spread([course and course.course_id for course in courses]),
        "is_course_id_valid": course_text.spread(
            [it and it.is_valid for it in courses], pa.bool_()
        ),
        "course_id_source": pc.if_else(
            is_named, shredded["course_id_source"], pa.scalar(None, pa.string())
        ),
        "org_id": pc.coalesce(shredded["org_id"], org_id),
        "enrollment_course_id": enrollment_text.spread(
            [course.course_id if course and course.is_valid else None for course in enrolled]
        ),
        "ip": plain_addresses(shredded["ip"]),
        **_places(shredded["line_no"]),
        "source_file": _constant(source_file, shredded.num_rows),
        **_modules(shredded, course_text),
        **{name: _trimmed(shredded[name]) for name in TRIMMED_WHEN_WRITTEN},
    }
    names = list(EVENTS.lake_columns)
    return pa.table([columns.get(name, _kept(shredded, name)) for name in names], names=names)


class _Coded:
    """A column of text as small numbers: `codes` point into `texts`, whose last one is None."""

    def __init__(self, column: Column) -> None:
        encoded = column.dictionary_encode()
        whole = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
        whole = pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole
        self.texts: list[str | None] = [*whole.dictionary.to_pylist(), None]
        missing = len(self.texts) - 1
        self.codes = pc.fill_null(whole.indices, missing).to_numpy(zero_copy_only=False)

    def spread(self, values: Iterable[Any], kind: pa.DataType | None = None) -> pa.Array:
        """One value per text, put where the text stood."""
        return pa.array(values, kind or pa.string()).take(pa.array(self.codes))


def _places(places: Column) -> dict[str, Column]:
    """The line of each event, and which of the objects on it the event is, from 1."""
    numbers = places.to_numpy()
    return {
        "source_line": pa.array(numbers % PARTS_FROM),
        "source_part": pa.array(numbers // PARTS_FROM + 1),
    }


def _modules(shredded: pa.Table, course_text: _Coded) -> dict[str, Column]:
    """A usage key may need the category of its event and the course of its line."""
    text, hint = _Coded(_module_text(shredded)), _Coded(shredded["module_hint"])
    together = text.codes.astype(np.int64) * len(hint.texts) + hint.codes
    together = together * len(course_text.texts) + course_text.codes
    codes, where = np.unique(together, return_inverse=True)
    rest, course_codes = np.divmod(codes, len(course_text.texts))
    text_codes, hint_codes = np.divmod(rest, len(hint.texts))
    found = []
    for one, of_hint, of_course in zip(text_codes, hint_codes, course_codes, strict=True):
        module_text, course = text.texts[one], course_text.texts[of_course]
        course_id = course_of(course).course_id if course else None
        found.append(module_text and module_of(module_text, hint.texts[of_hint], course_id))
    places = pa.array(where)
    return {
        "module_id": pa.array([it and it.module_id for it in found], pa.string()).take(places),
        "module_category": pa.array([it and it.category for it in found], pa.string()).take(places),
        "is_module_id_valid": pa.array([it and it.is_valid for it in found], pa.bool_()).take(
            places
        ),
    }


def _module_text(shredded: pa.Table) -> Column:
    """The most reliable name of what the event is about."""
    names = ("usage_text", "video_id", "problem_id", "block_key", "other_module_text")
    return pc.coalesce(*(shredded[name] for name in names))


def _trimmed(text: Column) -> Column:
    """Without white space at its ends; nothing where nothing is left."""
    trimmed = pc.ascii_trim(text, characters=WHITE_SPACE)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, text.type), trimmed)


def _kept(shredded: pa.Table, name: str) -> Column | None:
    return shredded[name] if name in shredded.column_names else None


def _constant(value: str, rows: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), [value])
