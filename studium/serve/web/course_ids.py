"""Course ids in addresses: `course-v1:A+B+C` and `A/B/C`, percent-encoded or as they are.

Enters: a path. Leaves: `{course_id:course}` of a route, which never swallows what follows the id.
"""

from urllib.parse import quote

from starlette.convertors import Convertor, register_url_convertor


class CourseConvertor(Convertor[str]):
    """A key with a scheme has no slash, one without has two."""

    regex = r"[^/:]+:[^/]+|[^/:+]+/[^/:+]+/[^/:+]+"

    def convert(self, value: str) -> str:
        """The id as the datasets have it; servers decode the path before."""
        return value

    def to_string(self, value: str) -> str:
        """The id as it stands in a path."""
        return quote(value, safe=":+/@")


register_url_convertor("course", CourseConvertor())
