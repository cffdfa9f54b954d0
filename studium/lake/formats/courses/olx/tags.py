"""How often each kind of element occurs in a course: what its content is made of.

Enters: blocks of an outline. Leaves: their tags in lower case, without the markup of texts.
"""

import re
from collections.abc import Iterator

from studium.lake.formats.courses.olx.blocks import Block

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


def tags_of(block: Block, is_deep: bool) -> Iterator[str]:
    """The tag of a block, and those of all elements within it if no outline goes on below it; not those of markup."""
    return (tag for tag in map(_plain, _all_tags(block, is_deep)) if tag not in MARKUP)


def _all_tags(block: Block, is_deep: bool) -> Iterator[str]:
    yield block.category
    if is_deep:
        for element in block.definition.iter():
            if element is not block.definition and isinstance(element.tag, str):
                yield element.tag
    for name in TAG.findall(block.html):
        tag = name.decode()
        if tag.lower() not in BLOCK_TAGS:
            yield tag


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2].lower()
