"""Keys of Open edX, each distinct text parsed once, by the platform's own parser.

Enters: course and usage keys as logged: legacy, opaque, CCX, i4x, dashed, percent-encoded, bare block ids.
Leaves: canonical text, validity, organisation and category. What does not parse is kept as it came, flagged.
"""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey
from opaque_keys.edx.locator import LibraryLocator

REMEMBERED_KEYS = 200_000
DASHED = re.compile(r"^i4x-([^-/]+)-(.+)-([a-z_]+)-([^-]+)$")
XBLOCK_URL = re.compile(r"/xblock/(?:container/)?(i4x://[^/]+/[^/]+/[^/]+/[^/?#]+|[^/?#]+)")
FORM_FIELD = re.compile(r"^(?:\[\")?input_([^=&]+?)_\d+_\d+")
BARE_BLOCK = re.compile(r"^[0-9A-Za-z_.]+$")


class CanonicalCourse(NamedTuple):
    """A course key as canonical text; `is_valid` False where it is kept as it came."""

    course_id: str
    is_valid: bool
    org_id: str | None


class Module(NamedTuple):
    """A usage key as canonical text; `category` such as 'problem' or 'video'."""

    module_id: str
    is_valid: bool
    category: str | None


@lru_cache(maxsize=REMEMBERED_KEYS)
def course_of(text: str) -> CanonicalCourse:
    """Parse a course key.

    >>> course_of("course-v1:edX+DemoX+2024")
    Course(course_id='course-v1:edX+DemoX+2024', is_valid=True, org_id='edX')
    """
    candidate = unquote(text) if "%" in text else text.replace(" ", "+")
    try:
        key = CourseKey.from_string(candidate)
    except InvalidKeyError:
        return CanonicalCourse(text, False, None)
    return CanonicalCourse(str(key), True, key.org)


@lru_cache(maxsize=REMEMBERED_KEYS)
def is_course(course_id: str) -> bool:
    """Whether a canonical key may be of a course that people take: no library, no draft or version of Studio.

    >>> is_course("library-v1:edX+Lib")
    False
    """
    try:
        key = CourseKey.from_string(course_id)
    except InvalidKeyError:
        return True  # kept as it came, and flagged
    has_branch = getattr(key, "branch", None) or getattr(key, "version_guid", None)
    return not isinstance(key, LibraryLocator) and not has_branch


@lru_cache(maxsize=REMEMBERED_KEYS)
def module_of(text: str, hint: str | None, course_id: str | None) -> Module:
    """Parse a usage key; a bare block id (`hint` names its category) takes its course from `course_id`.

    >>> module_of("0b9e39", "video", "course-v1:edX+DemoX+2024").module_id
    'block-v1:edX+DemoX+2024+type@video+block@0b9e39'
    """
    candidate = _within(text)
    candidate = unquote(candidate) if "%" in candidate else candidate
    candidate = candidate.replace(";_", "/") if candidate.startswith("i4x:;_") else candidate
    for spelling in (candidate, _dashed(candidate)):
        module = _parsed(spelling)
        if module:
            return module
    if hint and course_id and BARE_BLOCK.match(candidate):
        return _bare(candidate, hint, course_id) or Module(candidate, False, None)
    return Module(candidate, False, None)


def _within(text: str) -> str:
    """The usage key of an /xblock/ request or of a problem's form field; other text as it is."""
    for pattern in (XBLOCK_URL, FORM_FIELD):
        match = pattern.search(text)
        if match:
            return match.group(1)
    return text


def _parsed(text: str | None) -> Module | None:
    if not text:
        return None
    try:
        key = UsageKey.from_string(text)
    except InvalidKeyError:
        return None
    return Module(str(key), True, key.block_type)


def _dashed(text: str) -> str | None:
    """`i4x-Org-Course-video-name` of HTML ids, back in its slash form."""
    match = DASHED.match(text)
    return "i4x://{}/{}/{}/{}".format(*match.groups()) if match else None


def _bare(block: str, category: str, course_id: str) -> Module | None:
    try:
        key = CourseKey.from_string(course_id).make_usage_key(category, block)
    except (InvalidKeyError, AttributeError):
        return None
    return Module(str(key), True, category)
