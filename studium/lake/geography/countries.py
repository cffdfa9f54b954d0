"""What is known about countries: name, continent and the groups that the United Nations put them in.

Enters: countries.csv of this folder, one row per ISO 3166-1 code and Kosovo (XK). Leaves: `Country`s.
"""

import csv
import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).parent / "countries.csv"


class Country(NamedTuple):
    """Names as published person-course datasets spell them; None where a country is in no group.

    `un_region` is the sub-region of the UN's M49 standard, `developing_nation` says whether it is
    one of the 44 least developed countries of December 2024.
    """

    country_label: str
    continent: str | None
    un_region: str | None
    econ_group: str | None
    developing_nation: str | None
    special_region: str | None


@cache
def countries() -> dict[str, Country]:
    """All countries by ISO code."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return {
            row.pop("cc"): Country(
                row.pop("country_label"), **{name: value or None for name, value in row.items()}
            )
            for row in csv.DictReader(stream)
        }


def countries_digest() -> str:
    """Of the table's bytes: locations are made again when it changes."""
    return hashlib.sha256(TABLE.read_bytes()).hexdigest()
