"""What a video, page, problem or experiment says of itself.

Enters: a block. Leaves: the columns of its content; unknown is NULL, never false or 0.
"""

import math
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from studium.lake.formats.courses.olx.blocks import Block

RESPONSES = {
    *("multiplechoiceresponse", "numericalresponse", "choiceresponse", "optionresponse"),
    *("stringresponse", "formularesponse", "customresponse"),
}
FIELDSET = "fieldset"  # an answer field only where it stands directly in the problem
SHORTEST_SOLUTION = 65  # characters; less is a template left as it was
RANDOM = (
    "random."  # a module of numpy or Python's own, whose numbers differ from learner to learner
)
FRAME = re.compile(r"<iframe\b[^>]*", re.IGNORECASE)
YOUTUBE = re.compile(r"(?:youtube(?:-nocookie)?\.com/(?:embed|v)/|youtu\.be/)([\w-]{6,})")


def content_columns(block: Block) -> dict[str, Any]:
    """ytid, video_duration, weight, itype, num_items, the has_… flags of a problem and the group columns of a block."""
    if block.category == "video":
        return {"ytid": _youtube_id(block), "video_duration": _duration(block.definition)}
    if block.category == "html":
        return {"ytid": _embedded_youtube(block)}
    if block.category == "split_test":
        names = ("group_id_to_child", "user_partition_id")
        return {name: block.value(name) for name in names}
    if block.category == "problem":
        return {"weight": number(block.value("weight")), **_problem(block)}
    return {}


def number(text: Any) -> float | None:
    """A finite number, else None."""
    try:
        found = float(text)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def _youtube_id(block: Block) -> str | None:
    """The id at normal speed: of `0.75:a,1.0:b` that is b."""
    speeds = {}
    for part in (block.value("youtube") or "").split(","):
        speed, colon, identity = part.strip().rpartition(":")
        if identity:
            speeds[number(speed) if colon else 1.0] = identity
    return speeds.get(1.0) or block.value("youtube_id_1_0") or next(iter(speeds.values()), None)


def _duration(definition: Element) -> float | None:
    """Seconds, from the record of the platform's video store; 0 there means unknown."""
    found = (number(asset.get("duration")) for asset in definition.iter("video_asset"))
    return next((seconds for seconds in found if seconds and seconds > 0), None)


def _embedded_youtube(block: Block) -> str | None:
    if block.html:
        return _first_youtube(_frames(block.html.decode("utf-8", "replace")))
    sources = (frame.get("src", "") for frame in block.definition.iter("iframe"))
    text = "".join(block.definition.itertext())  # a page may be escaped into its element
    return _first_youtube(sources) or _first_youtube(_frames(text))


def _frames(text: str) -> Iterator[str]:
    """The opening tags of iframes in a page."""
    return (match.group() for match in FRAME.finditer(text))


def _first_youtube(texts: Iterator[str]) -> str | None:
    matches = (YOUTUBE.search(text) for text in texts)
    return next((match.group(1) for match in matches if match), None)


def _problem(block: Block) -> dict[str, Any]:
    if block.is_missing:
        return {}
    kinds = [element.tag for element in block.definition.iter() if element.tag in RESPONSES]
    kinds += [child.tag for child in block.children() if child.tag == FIELDSET]
    kind = kinds[0] if len(set(kinds)) == 1 else "mixed"
    return {
        "itype": kind if kinds else None,
        "num_items": len(kinds) or None,
        "has_solution": any(map(_is_solution, block.definition.iter("solution"))),
        "has_image": next(block.definition.iter("img"), None) is not None,
        "has_random_script": any(map(_draws_numbers, block.definition.iter("script"))),
    }


def _draws_numbers(script: Element) -> bool:
    return RANDOM in "".join(script.itertext())


def _is_solution(solution: Element) -> bool:
    text = "".join(solution.itertext()).strip()
    return len(text) > SHORTEST_SOLUTION or next(solution.iter("img"), None) is not None
