"""What is answered when rights do not reach: each kind is one status, and says no more than it must.

Enters: nothing, or the name of a dataset. Leaves: exceptions that `studium.serve.web` makes answers of.
"""

from studium.errors import StudiumError


class SignInNeededError(StudiumError):
    """Nobody is signed in, or the token is none, over or revoked. Status 401."""

    def __init__(self) -> None:
        super().__init__(
            "This needs a sign-in", "request", "Sign in, or send a token: Authorization: Bearer …"
        )


class ForbiddenError(StudiumError):
    """The role or the token does not reach this address or dataset at all. Status 403."""

    def __init__(self, what: str = "this address") -> None:
        super().__init__(
            "Your account may not do this",
            what,
            "Ask an administrator of this server for another role.",
        )


class ScopeNeededError(ForbiddenError):
    """The account may do this, but the token that it sent may not. Status 403."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.problem = f"This token does not have the scope `{scope}`"
        self.fix = (
            f"Make a token with the scope `{scope}`: on your account's page, or by studium token."
        )


class HiddenError(StudiumError):
    """There is no such thing, or it is not for this principal: nobody can tell which. Status 404."""

    def __init__(self) -> None:
        super().__init__(
            "There is nothing here, or you may not see it",
            "address",
            "Check the address, or ask an administrator for access.",
        )


class ForgedFormError(StudiumError):
    """A change was asked for without the token of our own forms, or from another site. Status 403."""

    def __init__(self) -> None:
        super().__init__(
            "The form was not sent by a page of this server, or it is too old",
            "request",
            "Open the page again and send the form from there.",
        )
