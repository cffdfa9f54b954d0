"""An element and where its content is: in place, behind a pointer, or nowhere.

Enters: an element of an outline. Leaves: a `Block` with the attributes of pointer, document and policy together.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

import orjson

from studium.lake.formats.courses.olx.documents import Documents
from studium.lake.formats.courses.olx.names import url_name_from
from studium.lake.formats.courses.olx.runs import Run

POINTER_ATTRIBUTES = {"url_name", "org", "course", "slug"}
WITH_FILENAME = {"html": ("html", "xml"), "problem": ("xml",)}


@dataclass
class Block:
    """An element with its content; `documents` are the paths that it came through, the last one its own."""

    category: str
    url_name: str
    attributes: dict[str, str]
    definition: Element
    documents: tuple[str, ...]
    number: int
    policy: dict[str, Any] = field(default_factory=dict)
    html: bytes = b""
    is_missing: bool = False

    def value(self, name: str) -> str | None:
        """An attribute of its own, else that of its policy entry, as text; None where neither has it."""
        own = self.attributes.get(name)
        return own if own is not None else text_of(self.policy.get(name))

    def is_set(self, name: str) -> bool:
        """Whether an attribute or the policy names it, even as null."""
        return name in self.attributes or name in self.policy

    def children(self) -> Iterator[Element]:
        """Elements within it, without processing instructions."""
        return (child for child in self.definition if isinstance(child.tag, str))


class Blocks:
    """Finds the content of elements of one run."""

    def __init__(self, documents: Documents, run: Run) -> None:
        self.documents = documents
        self.run = run

    def block(self, element: Element, parent: Block | None) -> Block:
        """The block of an element; where its file is missing, broken or circular, it has no content."""
        url_name = element.get("url_name", "")
        path = f"{element.tag}/{url_name.replace(':', '/')}.xml"
        came_through = parent.documents if parent else (self.run.document,)
        number = parent.number if parent else self.documents.number(self.run.document)
        block = Block(element.tag, url_name, dict(element.attrib), element, came_through, number)
        if url_name and len(element) == 0 and not (element.text or "").strip():
            self._follow_pointer(block, path)
        if block.category in WITH_FILENAME and "filename" in block.attributes:
            self._follow_filename(block)
        if not block.url_name and block.attributes.get("display_name"):
            block.url_name = url_name_from(block.attributes["display_name"])
        block.policy = self.run.policy.get(f"{block.category}/{block.url_name}", {})
        return block

    def _follow_pointer(self, block: Block, path: str) -> None:
        if path in block.documents:
            self.documents.tell(path, "circular", "the document contains itself")
            block.is_missing = True
            return
        root = self.documents.xml(path)
        if root is not None:
            self._take(block, root, path)
        elif path in self.documents.found:
            block.is_missing = True
        elif set(block.attributes) <= POINTER_ATTRIBUTES:
            self.documents.tell(path, "missing_file", f"{block.documents[-1]} points to it")
            block.is_missing = True

    def _follow_filename(self, block: Block) -> None:
        """`filename` of html and problem; where the element itself has content, a missing file is no fault."""
        stem = f"{block.category}/{block.attributes['filename'].replace(':', '/')}"
        for suffix in WITH_FILENAME[block.category]:
            path = f"{stem}.{suffix}"
            if path in block.documents or path not in self.documents.found:
                continue
            if suffix == "html":
                block.html = self.documents.found[path].content
                return
            root = self.documents.xml(path)
            if root is not None:
                self._take(block, root, path)
            block.is_missing = root is None
            return
        if len(block.definition) == 0 and not (block.definition.text or "").strip():
            path = f"{stem}.{WITH_FILENAME[block.category][0]}"
            self.documents.tell(path, "missing_file", f"{block.documents[-1]} points to it")
            block.is_missing = True

    def _take(self, block: Block, root: Element, path: str) -> None:
        """The document's attributes win over the pointer's, its url_name does not."""
        named = {"url_name": block.url_name} if block.url_name else {}
        block.attributes = block.attributes | root.attrib | named
        block.definition = root
        block.documents = (*block.documents, path)
        block.number = self.documents.number(path)


def text_of(value: Any) -> str | None:
    """A value of a policy as an attribute would have it."""
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()
