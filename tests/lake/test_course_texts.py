"""Dates and names as course authors leave them.

Enters: texts. Leaves: UTC times, and names as they were meant.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studium.lake.formats.courses.olx.dates import utc_time
from studium.lake.formats.courses.olx.names import repaired


@pytest.mark.parametrize(
    "text",
    [
        "2099-03-10T10:00:00Z",
        "2099-03-10T10:00:00.000Z",
        "2099-03-10T10:00:00.000000+00:00",
        "2099-03-10T10:00:00+00:00",
        "2099-03-10T10:00:00+0000",
        "2099-03-10T12:00:00+02:00",
        "2099-03-10T10:00:00",
        "2099-03-10T10:00Z",
        "2099-03-10T10:00",
        "2099-03-10 10:00:00",
        '"2099-03-10T10:00:00Z"',
        "March 10, 2099, 10:00",
        "March 10, 2099 10:00:00",
        "march 10 2099, 10:00",
        "Mar 10, 2099 at 10:00 UTC",
    ],
)
def test_a_date_is_read_in_every_spelling(text: str) -> None:
    found = utc_time(text)
    assert found is not None
    assert found.isoformat() == "2099-03-10T10:00:00"
    assert found.tzinfo is None


@pytest.mark.parametrize("text", ["2099-03-10", "March 10, 2099", "Mar 10 2099"])
def test_a_day_is_its_midnight(text: str) -> None:
    found = utc_time(text)
    assert found is not None
    assert found.isoformat() == "2099-03-10T00:00:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2099-02-30",
        "2099-13-01T00:00",
        "Smarch 1, 2099",
        "March 32, 2099",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert utc_time(text) is None


def misread(byte: int, encoding: str) -> str:
    """As browsers do: where Windows has no character, a control character stands."""
    try:
        return bytes([byte]).decode(encoding)
    except UnicodeDecodeError:
        return chr(byte)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
@pytest.mark.parametrize("rounds", [1, 2])
@pytest.mark.parametrize(
    "meant", ["Café", "Übung für Anfänger", "naïve – “quoted” … €", "Введение", "日本語", "šŽő"]
)
def test_text_read_in_the_wrong_encoding_is_repaired(
    meant: str, rounds: int, encoding: str
) -> None:
    damaged = meant
    for _ in range(rounds):
        damaged = "".join(misread(byte, encoding) for byte in damaged.encode())
    assert damaged != meant
    assert repaired(damaged) == meant
    assert repaired(f"1: {damaged} (日本)") == f"1: {meant} (日本)"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "Café",
        "«CAFÉ»",
        "ESPAÑA…",
        "ÜBUNG “Ü”",
        "Введение",
        "日本語",
        "É’",
        "A·B",
        "ÇA VA",
    ],
)
def test_text_that_was_meant_stays(text: str) -> None:
    assert repaired(text) == text


@given(st.text())
def test_repair_never_fails_and_never_adds(text: str) -> None:
    assert len(repaired(text)) <= len(text)
