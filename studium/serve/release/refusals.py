"""What is answered when a release, or the answer of a query, is not to be had.

Enters: what happened. Leaves: exceptions that `studium.serve.web` makes answers of.
"""

from studium.errors import StudiumError


class NoReleaseError(StudiumError):
    """Nothing was published, or nothing sound is left. Status 503."""

    def __init__(self, problem: str = "Nothing was published yet") -> None:
        super().__init__(
            problem, "workspace", "Make a release, then open this again: studium run PATH"
        )


class OverdueQueryError(StudiumError):
    """A query took longer than allowed. Status 503."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The answer took longer than {seconds:g} s",
            "query",
            "Ask for less: one course, fewer days, fewer rows.",
        )


class GreedyQueryError(StudiumError):
    """A query wanted more memory or temporary files than allowed. Status 503."""

    def __init__(self) -> None:
        super().__init__(
            "The answer needs more memory than this server gives",
            "query",
            "Ask for less, or raise serve.memory_limit_mb in studium.toml.",
        )


class UnfitValueError(StudiumError):
    """A value of the request does not fit the column that it is compared with. Status 400."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"A value does not fit: {reason}", "request", "Correct the value, then ask again."
        )
