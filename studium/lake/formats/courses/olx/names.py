"""Names of course elements: read in the encoding they were written in, and made into url_names.

Enters: display names, also UTF-8 that was once read as Latin-1 or Windows-1252. Leaves: the text that was meant.
"""

import re

# What Windows-1252 shows for the bytes 0x80 to 0x9f; Latin-1 shows control characters.
WINDOWS = {
    bytes([byte]).decode("cp1252"): byte
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
FOLLOWERS = "\u0080-\u00bf" + "".join(WINDOWS)
DAMAGED = re.compile(
    f"(?:[\u00c2-\u00df][{FOLLOWERS}]"
    f"|[\u00e0-\u00ef][{FOLLOWERS}]{{2}}"
    f"|[\u00f0-\u00f4][{FOLLOWERS}]{{3}})+"
)
LATIN_END = 0x180  # letters of Western and Central Europe stand alone in a word, others seldom do
PUNCTUATION_START = 0x2000
NOT_IN_NAMES = re.compile(r"[ :.()]")


def repaired(text: str) -> str:
    """The text with each stretch of damage undone.

    >>> repaired("CafÃ© â€“ Ãœbung"), repaired("«CAFÉ»")
    ('Café – Übung', '«CAFÉ»')
    """
    return DAMAGED.sub(_undone, text)


def url_name_from(display_name: str) -> str:
    """The url_name of an element that has none, as the courses of 2012 had it.

    >>> url_name_from("Week 1: Start (new)")
    'Week_1__Start__new_'
    """
    return NOT_IN_NAMES.sub("_", display_name.strip())


def _undone(match: re.Match[str]) -> str:
    """The damage decoded, as often as it was done, unless what comes out is less likely than what went in."""
    damaged = match.group()
    try:
        meant = bytes(WINDOWS.get(character, ord(character) & 0xFF) for character in damaged)
        text = DAMAGED.sub(_undone, meant.decode())
    except UnicodeDecodeError:
        return damaged
    return text if _is_likely(text) else damaged


def _is_likely(text: str) -> bool:
    """Latin letters, punctuation and wide scripts by themselves; letters of other alphabets from two on."""
    if any(0x80 <= ord(character) < 0xA0 for character in text):
        return False
    return len(text) > 1 or ord(text) < LATIN_END or ord(text) >= PUNCTUATION_START
