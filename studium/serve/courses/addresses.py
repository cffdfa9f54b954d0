"""Where the pages of a course are.

Enters: the key of a course, what follows it. Leaves: the address.
"""

from urllib.parse import quote


def course_address(course_id: str, *tail: str) -> str:
    """The address of a course's page: keys keep their + : and /, everything else is encoded."""
    return "/".join(
        ["/courses", quote(course_id, safe="+:@/"), *(quote(t, safe="+:@") for t in tail)]
    )
