"""What a server said, as far as anybody here asks."""

from typing import NamedTuple


class HttpAnswer(NamedTuple):
    """What a server said: `retry_after` and `location` as its head gave them."""

    status: int
    content: bytes
    retry_after: str | None
    location: str | None
