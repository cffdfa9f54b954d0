"""The course axis: every element of a run that has a name, in document order.

Enters: a run and its documents. Leaves: rows of course_elements, and how often each tag occurs in each.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from studium.lake.archives import RefusedArchiveError
from studium.lake.formats.courses.olx.blocks import Block, Blocks
from studium.lake.formats.courses.olx.contents import content_columns
from studium.lake.formats.courses.olx.dates import utc_time
from studium.lake.formats.courses.olx.documents import Documents
from studium.lake.formats.courses.olx.names import repaired
from studium.lake.formats.courses.olx.runs import Run
from studium.lake.formats.courses.olx.tags import tags_of

SEQUENCES = {"problemset", "sequential", "videosequence", "proctor", "randomize"}
LEAVES = {
    *("html", "problem", "discussion", "customtag", "poll_question", "combinedopenended"),
}
UNCOUNTED = {"discussion", "source"}  # they take no place among their siblings
NOTHING = {"", "null", "none"}
MOST_ELEMENTS = 200_000  # the largest courses have a tenth of it
DEEPEST = 50
NOWHERE = 0  # in no listed element


@dataclass
class BlockPlace:
    """A running number among siblings."""

    count: int = 0


@dataclass(frozen=True)
class Above:
    """What an element has from those above it; the rows are those of listed elements."""

    start: datetime | None = None
    due: datetime | None = None
    gformat: str | None = None
    graded: str | None = None
    showanswer: str | None = None
    is_staff_only: bool = False
    path: str = ""
    depth: int = 0
    place: BlockPlace = field(default_factory=BlockPlace)
    chapter: dict[str, Any] | None = None
    parent: dict[str, Any] | None = None
    split: dict[str, Any] | None = None


class Outline:
    """Walks one run; `rows` and `tags` are what it found, `hidden` the subtrees hidden from the contents page."""

    def __init__(self, documents: Documents, run: Run) -> None:
        self.documents = documents
        self.run = run
        self.blocks = Blocks(documents, run)
        self.rows: list[dict[str, Any]] = []
        self.tags: Counter[tuple[int, str]] = Counter()  # (index of the innermost row, tag)
        self.hidden = 0
        self.seen = 0

    def walk(self) -> None:
        """Fill `rows` and `tags`; raises RefusedArchiveError for a course that unfolds without end."""
        self._visit(self.blocks.block(self.run.body, None), Above())
        others = {row["url_name"] for row in self.rows if row["category"] != "vertical"}
        for row in self.rows:
            if row["category"] == "vertical" and row["url_name"] in others:
                row["url_name"] += "_vertical"
        for row in self.rows:
            row["parent"] = row["parent"] and row["parent"]["url_name"]
            row["split_url_name"] = row["split_url_name"] and row["split_url_name"]["url_name"]

    def _visit(self, block: Block, above: Above) -> None:
        self.seen += 1
        if self.seen > MOST_ELEMENTS:
            raise RefusedArchiveError(
                f"the course unfolds to more than {MOST_ELEMENTS:,} elements",
                self.run.course_id,
                "A document that is pointed to from many places multiplies: mend the course.",
            )
        hidden = block.value("hide_from_toc")
        if hidden is not None and _plain(hidden) != "false":
            self.hidden += 1
            return
        is_leaf = block.category in LEAVES
        here = self._inherit(block, above)
        if block.url_name:
            here = self._list(block, here, above)
        elif block.category == "vertical":
            here = replace(here, path=above.path, place=above.place)
        index = here.parent["index"] if here.parent else NOWHERE
        self.tags.update((index, tag) for tag in tags_of(block, is_deep=is_leaf))
        if not is_leaf:
            self._visit_children(block, here)
        if block.url_name and here.parent:
            here.parent["last_index"] = len(self.rows)

    def _visit_children(self, block: Block, here: Above) -> None:
        if here.depth > DEEPEST:
            self.documents.tell(
                block.documents[-1], "too_deep", f"elements more than {DEEPEST} levels deep"
            )
            return
        for child in block.children():
            self._visit(self.blocks.block(child, block), here)

    def _inherit(self, block: Block, above: Above) -> Above:
        start = self._date(block, "start", above.start)
        if start is None or (above.start is not None and start < above.start):
            start = above.start
        staff_only = _plain(block.value("visible_to_staff_only")) == "true"
        return replace(
            above,
            start=start,
            due=self._date(block, "due", above.due),
            gformat=self._own(block, "format", above.gformat),
            graded=_plain(self._own(block, "graded", above.graded)),
            showanswer=self._own(block, "showanswer", above.showanswer),
            is_staff_only=above.is_staff_only or staff_only,
            path=self._path(block, above),
            depth=above.depth + 1,
            place=BlockPlace(),
        )

    def _path(self, block: Block, above: Above) -> str:
        """`/chapter`, `/chapter/sequence`, and below that the position among siblings."""
        is_unlisted_vertical = block.category == "vertical" and not block.url_name
        if block.category not in UNCOUNTED and not is_unlisted_vertical:
            above.place.count += 1
        if block.category == "chapter" and block.url_name:
            return f"/{block.url_name}"
        if block.category in SEQUENCES and block.url_name:
            chapter = f"/{above.chapter['url_name']}" if above.chapter else ""
            return f"{chapter}/{block.url_name}"
        return f"{above.path}/{above.place.count}"

    def _list(self, block: Block, here: Above, above: Above) -> Above:
        """Add the row of a block; what its children inherit knows it."""
        run = self.run
        row: dict[str, Any] = {
            "course_id": run.course_id,
            "index": len(self.rows) + 1,
            "category": block.category,
            "url_name": block.url_name,
            "name": self._name(block),
            "gformat": here.gformat,
            "due": here.due,
            "start": here.start,
            "module_id": f"{run.org}/{run.course}/{block.category}/{block.url_name}",
            "usage_key": run.usage_key(block.category, block.url_name),
            "path": here.path,
            "chapter_mid": above.chapter and above.chapter["module_id"],
            "graded": here.graded,
            "parent": above.parent,
            "is_split": above.split is not None,
            "split_url_name": above.split,
            "is_staff_only": here.is_staff_only,
            "showanswer": here.showanswer,
            "source_line": block.number,
            **content_columns(block),
        }
        self.rows.append(row)
        return replace(
            here,
            parent=row,
            chapter=row if block.category == "chapter" else above.chapter,
            split=row if block.category == "split_test" else above.split,
        )

    def _name(self, block: Block) -> str:
        """The policy's display name wins over the element's own."""
        for name in (block.policy.get("display_name"), block.attributes.get("display_name")):
            if isinstance(name, str) and name.strip():
                return repaired(name)
        return block.url_name

    def _own(self, block: Block, name: str, inherited: str | None) -> str | None:
        """The element's own word, which may be that there is none; else what it inherits."""
        if not block.is_set(name):
            return inherited
        text = (block.value(name) or "").strip().strip('"').strip()
        return None if text.lower() in NOTHING else text

    def _date(self, block: Block, name: str, inherited: datetime | None) -> datetime | None:
        if not block.is_set(name):
            return inherited
        text = self._own(block, name, None)
        if text is None:
            return None
        found = utc_time(text)
        if found is None:
            detail = f"{name} of {block.category} {block.url_name}: {text}"
            self.documents.counts.reject(block.number, "bad_date", detail, text.encode())
        return found


def _plain(text: str | None) -> str | None:
    """`True`, `"true"` and `true` as one."""
    if text is None:
        return None
    plain = text.strip().strip('"').strip().lower()
    return None if plain in NOTHING else plain
