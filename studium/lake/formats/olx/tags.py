"""How often each kind of element occurs in a course: what its content is made of.

Enters: blocks of an outline. Leaves: counts by tag in lower case, without the markup of texts.
"""

import re
from collections import Counter

from studium.lake.formats.olx.blocks import Block

MARKUP = {
    *(
        "a",
        "abbr",
        "address",
        "article",
        "aside",
        "b",
        "big",
        "blockquote",
        "body",
        "br",
        "caption",
    ),
    *(
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
    ),
    *("figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "i"),
    *(
        "img",
        "ins",
        "kbd",
        "li",
        "link",
        "main",
        "meta",
        "nav",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "section",
    ),
    *("small", "span", "strike", "strong", "style", "sub", "sup", "table", "tbody", "td", "tfoot"),
    *("th", "thead", "tr", "tt", "u", "ul", "wbr"),
}
BLOCK_TAGS = {"html", "problem", "video"}  # inside a page these words are markup, no elements
TAG = re.compile(rb"<([A-Za-z][\w.:-]*)")


def count_tags(block: Block, counts: Counter[str], is_deep: bool) -> None:
    """Count a block, and all elements within it if no outline goes on below it."""
    _count(counts, block.category)
    if is_deep:
        for element in block.definition.iter():
            if element is not block.definition and isinstance(element.tag, str):
                _count(counts, element.tag)
    for name in TAG.findall(block.html):
        tag = name.decode()
        if tag.lower() not in BLOCK_TAGS:
            _count(counts, tag)


def _count(counts: Counter[str], tag: str) -> None:
    tag = tag.rpartition("}")[2].lower()
    if tag not in MARKUP:
        counts[tag] += 1
