"""What can be set of how people are protected in what leaves: the table [privacy] of studium.toml.

Enters: nothing. Leaves: a Struct with type, bounds, default and meaning of each setting.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from studium.vocabulary import Trait


class PrivacySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What those get who see pseudonyms, from the server and from exports for them."""

    pseudonyms: Annotated[
        Literal["workspace", "recipient"],
        Meta(
            description="workspace: a person has one pseudonym for everybody; recipient: each account, and each name"
            " given to --recipient, has pseudonyms of its own, by which two of them can join nothing."
        ),
    ] = "workspace"
    year_step: Annotated[
        int,
        Meta(
            ge=1,
            le=100,
            description="Years of birth are rounded down to multiples of this; 1: not.",
        ),
    ] = 1
    hidden_traits: Annotated[
        list[Trait],
        Meta(
            description="What is left empty of birth_year, gender, education, country and language of a person;"
            " by default nothing. Continent and region stay."
        ),
    ] = field(default_factory=list[Trait])
