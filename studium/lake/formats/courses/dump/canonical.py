"""Keys of courses and blocks in dumps, each distinct text parsed once.

Enters: columns of text. Leaves: canonical keys, and whether a row is of the package's own course.
"""

from collections.abc import Callable
from functools import lru_cache

import pyarrow as pa
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey
from opaque_keys.edx.locator import CourseLocator

from studium.lake.formats.courses.keys import course_of, module_of
from studium.lake.reading.tables.typed import NULLS

USAGE_KEYS = {"module_id", "usage_key"}


def canonical_course(column: pa.Array, package_course_id: str | None) -> tuple[pa.Array, pa.Array]:
    """Canonical course keys, and whether each is of the package's course.

    A row without a course is of the package's; so is one that spells the same organisation, number and run otherwise.
    Where the package's own name is no key, every row is.
    """
    is_key = package_course_id is not None and course_of(package_course_id).is_valid

    def find(text: str | None) -> tuple[str | None, bool]:
        if text in (None, "", *NULLS):
            return package_course_id, True
        course_id = course_of(str(text)).course_id
        if not is_key or course_id == package_course_id:
            return course_id, True
        is_same = _parts_of(course_id) == _parts_of(str(package_course_id))
        return (package_course_id, True) if is_same else (course_id, False)

    encoded = column.dictionary_encode()
    found = [find(text) for text in encoded.dictionary.to_pylist()]
    courses = pa.array([course for course, _ in found], pa.string())
    belongs = pa.array([belongs for _, belongs in found], pa.bool_())
    indices = encoded.indices
    if column.null_count:
        return (
            courses.take(indices).fill_null(package_course_id)
            if package_course_id
            else courses.take(indices),
            belongs.take(indices).fill_null(True),
        )
    return courses.take(indices), belongs.take(indices)


def canonical_usage(column: pa.Array, package_course_id: str | None) -> pa.Array:
    """Canonical usage keys; what does not parse is kept as it came."""
    return _each(column, lambda text: module_of(text, None, package_course_id).module_id)


def _each(column: pa.Array, function: Callable[[str], str]) -> pa.Array:
    """Apply a function once per distinct text."""
    encoded = column.dictionary_encode()
    texts = [
        text if text is None or text in NULLS else function(text)
        for text in encoded.dictionary.to_pylist()
    ]
    return pa.array(texts, pa.string()).take(encoded.indices)


@lru_cache(maxsize=10_000)
def _parts_of(course_id: str) -> tuple[str, ...]:
    """(organisation, number, run); the key alone for what is no course, or one made of another, a CCX."""
    try:
        key = CourseKey.from_string(course_id)
    except InvalidKeyError:
        return (course_id,)
    return (key.org, key.course, key.run) if type(key) is CourseLocator else (course_id,)
