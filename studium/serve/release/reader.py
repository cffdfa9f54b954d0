"""One request's view of the release: the only way from a page or a route to data.

Enters: a principal, SQL that names datasets plainly, parameters by name. Leaves: the rows that the
principal may see, and a note for the audit log of every read of learners and every export.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from studium.publish import in_total_order
from studium.serve.release.answers import Rows
from studium.serve.release.bounds import Bounds
from studium.serve.release.deadlines import Deadline, Watch
from studium.serve.release.opening import ServedRelease
from studium.serve.release.refusals import (
    GreedyQueryError,
    OverdueQueryError,
    UnfitValueError,
)
from studium.serve.rights import (
    GuardedQuery,
    HiddenError,
    Principal,
    TokenScope,
    View,
    is_visible,
    sees_whole,
    suppress,
    visible_columns,
)
from studium.serve.rights.naming import quoted
from studium.serve.rights.rows import (
    INNER_PAD,
    OUTER_PAD,
    PERSON,
    permitted,
    search_query,
    stands_for,
)
from studium.vocabulary import KINDS, Table

_BATCH_ROWS = 10_000
_UNFIT = (duckdb.ConversionException, duckdb.OutOfRangeException)


@dataclass(frozen=True)
class Read:
    """What the audit log keeps of one query: `action` is 'read' or 'export'."""

    action: str
    datasets: tuple[str, ...]
    parameters: Mapping[str, Any]
    rows: int


@dataclass(frozen=True)
class Reader:
    """Made per request by `reader_of`; keeps its release also when `current` moves."""

    principal: Principal
    bounds: Bounds
    open_release: ServedRelease
    watch: Watch
    journal: list[Read] = field(default_factory=list)  # written before the answer begins
    hidden_in: set[str] = field(default_factory=set)  # datasets of which counts may be hidden
    asked: list[Read] = field(default_factory=list)  # every query: what a file is made of

    @property
    def release_id(self) -> str:
        """The id of the release."""
        return self.open_release.id

    @property
    def as_of(self) -> date | None:
        """The day before which events count, in the areas of what was read so far."""
        return self.open_release.as_of({name for read in self.asked for name in read.datasets})

    @property
    def published_at(self) -> datetime:
        """When the release was made."""
        return self.open_release.published_at

    @property
    def hides_under(self) -> int:
        """Counts of fewer people are hidden from the principal; 0: none are."""
        return self._view.hides_under

    @property
    def courses(self) -> list[str]:
        """Ids of the courses that the principal may see, sorted."""
        return sorted(self._ids("course"))

    def has_course(self, course_id: str) -> bool:
        """Whether there is such a course for this principal."""
        return self.has_scope("course", course_id)

    def has_scope(self, kind: str, id_: str) -> bool:
        """Whether the release knows anything of such a scope, and the principal may see it."""
        return id_ in self._ids(kind)

    def permitted(self, kind: str) -> frozenset[str] | None:
        """Ids of a kind of scope whose rows the principal may read; None: of all."""
        if self.principal.powers.sees_site:
            return None
        return self.open_release.reach.granted(self.principal.grants, kind)

    def _ids(self, kind: str) -> frozenset[str]:
        known, permitted = self.open_release.reach.ids(kind), self.permitted(kind)
        return known if permitted is None else known & permitted

    def has(self, dataset: str) -> bool:
        """Whether the release has the dataset and the principal may see any of it."""
        table = self.open_release.tables.get(dataset)
        return table is not None and is_visible(table, self._view)

    @property
    def datasets(self) -> list[Table]:
        """What the principal may see of the release's datasets, by name; their columns are `columns_of`."""
        tables = self.open_release.tables.values()
        return [table for table in tables if is_visible(table, self._view)]

    def dataset(self, name: str) -> Table:
        """A dataset by name; raises HiddenError for one that is not there or not for this principal."""
        if not self.has(name):
            raise HiddenError
        return self.open_release.tables[name]

    def has_whole(self, name: str) -> bool:
        """Whether the principal sees every row and value of a dataset; else its size and checksum tell of others."""
        return sees_whole(self.dataset(name), self._view)

    def columns_of(self, name: str) -> list[str]:
        """The columns of a dataset that the principal may see."""
        return visible_columns(self.dataset(name), self._view)

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """All rows of a query; parameters are bound by name, `$course_id`.

        Raises ForbiddenError for a dataset that the role never sees, OverdueQueryError beyond the time limit.
        """
        query, values = self._guarded(sql, parameters)
        return self._told(self._ordered(query, values), values, parameters)

    def page(
        self, sql: str, parameters: Mapping[str, Any], first: int, limit: int
    ) -> tuple[list[dict[str, Any]], int]:
        """`limit` rows of a query behind the `first`, in its order, and how many it has in all."""
        query, values = self._guarded(sql, parameters)
        ordered = self._ordered(query, values).sql
        paged = (
            f"select *, count(*) over () as _total from ({ordered}) limit $_limit offset $_first"
        )
        bounds = {"_limit": limit, "_first": first}
        rows = self._told(replace(query, sql=paged), values | bounds, {**parameters, **bounds})
        total = int(rows[0]["_total"]) if rows else first and self._count(query, values)
        for row in rows:
            del row["_total"]
        return rows, total

    def one(self, sql: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """The first row of a query, or None."""
        rows = self.rows(sql, parameters)
        return rows[0] if rows else None

    def array(
        self, sql: str, order: str, parameters: Mapping[str, Any] | None = None
    ) -> Iterator[memoryview] | None:
        """All rows as the text of a JSON array in pieces, in the order of a column; None without any.

        DuckDB writes the lines and Arrow joins them, while others have their turn: for answers of a hundred
        thousand rows, which as one text or as rows of Python take twice the time. Their number is counted first.
        """
        query, values = self._guarded(sql, parameters)
        rows = self._count(query, values)
        self.note(query.datasets, parameters or {}, rows, query.is_of_learners)
        if not rows:
            return None
        ordered = replace(query, sql=f"select * from ({query.sql}) order by {quoted(order)}")
        text = self._ordered(ordered, values).sql
        lines = f"select to_json(line) as line from ({text}) as line"
        return _array(self._stream(lines, values)[1])

    def arrow(
        self, sql: str, parameters: Mapping[str, Any] | None = None
    ) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Rows of a query for a download: their schema, and batches that are computed as they are taken.

        Always an export in the audit log, with the number of rows, which is counted first.
        """
        self.principal.require(TokenScope.EXPORT)
        query, values = self._guarded(sql, parameters)
        rows = self._count(query, values)
        self.asked.append(Read("export", query.datasets, dict(parameters or {}), rows))
        self.export(rows)
        return self._stream(self._ordered(query, values).sql, values)

    def note(
        self,
        datasets: tuple[str, ...],
        parameters: Mapping[str, Any],
        rows: int,
        is_of_learners: bool = True,
    ) -> None:
        """Keep what was read; of learners, in the audit log."""
        read = Read("read", datasets, dict(parameters), rows)
        self.asked.append(read)
        if is_of_learners:
            self.journal.append(read)

    def export(self, rows: int, datasets: Sequence[str] = (), **what: Any) -> None:
        """Have it in the audit log that `rows` leave as a file, of `datasets` or else of all that was read.

        Raises ScopeNeededError for a token without `export`. The audit gate lets no file out that this was
        not called for.
        """
        self.principal.require(TokenScope.EXPORT)
        named = datasets or dict.fromkeys(name for read in self.asked for name in read.datasets)
        named = tuple(named) or (
            "descriptions of the release",
        )  # its manifest; no dataset was asked
        parameters: dict[str, Any] = {}
        for read in self.asked:
            parameters |= read.parameters
        self.journal.append(Read("export", named, parameters | what, rows))

    def suppress(
        self,
        rows: Sequence[Mapping[str, Any]],
        count: str,
        within: Sequence[str] = (),
        measures: Sequence[str] = (),
    ) -> list[dict[str, Any]]:
        """Rows with small counts of people None, where the role may not see them; see `rights.suppress`."""
        shown = suppress(rows, count, self.hides_under, within, measures)
        if shown != rows:
            self.hidden_in.add(count)
        return shown

    def _guarded(
        self, sql: str, parameters: Mapping[str, Any] | None
    ) -> tuple[GuardedQuery, dict[str, Any]]:
        asked = dict(parameters or {})
        is_of_scope = not asked.keys().isdisjoint(f"{kind}_id" for kind in KINDS)
        person = frozenset(name for name in PERSON if is_of_scope and asked.get(name) is not None)
        query = self.open_release.guard(sql, self._view, person)
        return query, self._bound(query, asked)

    def _told(
        self, query: GuardedQuery, values: Mapping[str, Any], asked: Mapping[str, Any] | None
    ) -> list[dict[str, Any]]:
        """The rows, once their reading is noted."""
        names, found = self._answer(query, values)
        self.note(query.datasets, asked or {}, len(found), query.is_of_learners)
        if self.hides_under and any(None in row for row in found):
            self.hidden_in.update(filter(self._has_groups, query.datasets))
        return [dict(zip(names, row, strict=True)) for row in found]

    def _ordered(self, query: GuardedQuery, values: Mapping[str, Any]) -> GuardedQuery:
        """The query, ordered by all that it shows where the principal is not shown all that it reads.

        Rows lie in the order of true names and counts: as they lie, they would tell of them.
        """
        if all(map(self.has_whole, query.datasets)):
            return query
        empty = replace(query, sql=f"select * from ({query.sql}) limit 0")
        width = self.open_release.width(query.sql, lambda: len(self._run(empty, values)[0]))
        return replace(query, sql=in_total_order(query.sql, width))

    def _bound(self, query: GuardedQuery, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What is asked, with the values of all parameters that the rights have put into the query."""
        inner, outer = self.bounds.pads_of(self.principal.username)
        own: dict[str, Any] = {
            INNER_PAD: inner,
            OUTER_PAD: outer,
        }
        own |= {permitted(kind): sorted(self.permitted(kind) or ()) for kind in KINDS[1:]}
        if any(stands_for(name) in query.parameters for name in PERSON):
            person = self._person(query.datasets, asked)
            own |= {stands_for(name): person.get(name) for name in PERSON}
        return {**asked, **{name: own[name] for name in query.parameters}}

    def _person(self, datasets: Sequence[str], asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """By what names the learner is known whom a pseudonym stands for; none where it is nobody there.

        Found once for a release: it takes a pseudonym of every learner of the course.
        """
        name = next(name for name in PERSON if asked.get(name) is not None)
        place = [f"{kind}_id" for kind in KINDS if f"{kind}_id" in asked][-1]  # the innermost
        scope, persons = (
            (place, asked[place], self.bounds.pads_of(self.principal.username)),
            self.open_release.persons,
        )
        values = {place: asked[place], name: asked[name]}
        for dataset in datasets:
            if (scope, name, asked[name]) in persons:
                break
            query = search_query(self.open_release.tables[dataset], self._view, name)
            if query is None:
                continue
            names, found = self._run(query, self._bound(query, values))
            for row in found:
                person = dict(zip(names[::2], row[::2], strict=True))
                for it, pseudonym in zip(names[::2], row[1::2], strict=True):
                    persons[scope, it, pseudonym] = person
        return persons.get((scope, name, asked[name]), {})

    def _answer(self, query: GuardedQuery, values: Mapping[str, Any]) -> Rows:
        """What is known, or else found; not to be changed."""
        answers = self.open_release.answers
        found = answers.find(query.sql, values)
        if found is None:
            found = self._run(query, values)
            answers.keep(query.sql, values, found)
        return found

    def _run(self, query: GuardedQuery, values: Mapping[str, Any]) -> Rows:
        deadline = Deadline(self.open_release.cursor(), self.bounds.query_seconds)
        with self.watch.limit(deadline), _explained(deadline):
            answer = deadline.cursor.execute(query.sql, dict(values))
            names = [column[0] for column in answer.description or []]
            return names, answer.fetchall()

    def _count(self, query: GuardedQuery, values: Mapping[str, Any]) -> int:
        counting = GuardedQuery(
            f"select count(*) from ({query.sql})", query.parameters, query.datasets, False
        )
        return int(self._run(counting, values)[1][0][0])

    def _stream(
        self, sql: str, values: Mapping[str, Any]
    ) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        deadline = Deadline(self.open_release.cursor(), self.bounds.export_seconds)
        with self.watch.limit(deadline), _explained(deadline):
            answer = deadline.cursor.sql(sql, params=values)
            reader: pa.RecordBatchReader = answer.to_arrow_reader(_BATCH_ROWS)
        return reader.schema, self._batches(reader, deadline)

    def _batches(
        self, reader: pa.RecordBatchReader, deadline: Deadline
    ) -> Iterator[pa.RecordBatch]:
        with self.watch.limit(deadline):
            while True:
                with _explained(deadline):
                    batch = next(reader, None)
                if batch is None:
                    return
                if deadline.is_past():  # also where DuckDB is done, but whoever reads is slow
                    raise OverdueQueryError(deadline.seconds)
                yield batch

    def _has_groups(self, dataset: str) -> bool:
        rights = self.open_release.tables[dataset].rights
        return rights is not None and rights.groups is not None

    @property
    def _view(self) -> View:
        return self.principal.view(self.bounds.small_group, self.bounds.privacy)


def _array(batches: Iterable[pa.RecordBatch]) -> Iterator[memoryview]:
    """A JSON array of the column `line`, whose values are texts already, a piece for each batch."""
    before = b"["
    for batch in batches:
        yield memoryview(before)
        whole = pa.ListArray.from_arrays(pa.array([0, len(batch)], pa.int32()), batch["line"])
        yield memoryview(pc.binary_join(whole, ",")[0].as_buffer())
        before = b","
    yield memoryview(b"]")


@contextmanager
def _explained(deadline: Deadline) -> Iterator[None]:
    """Errors of DuckDB that a request can cause, as answers; others are faults of ours."""
    try:
        yield
    except duckdb.InterruptException:
        raise OverdueQueryError(deadline.seconds) from None
    except duckdb.OutOfMemoryException:
        raise GreedyQueryError from None
    except _UNFIT as error:
        raise UnfitValueError(str(error).splitlines()[0][:200]) from None
    except OSError as error:  # as Arrow passes on what DuckDB says in the middle of a download
        if deadline.is_over:
            raise OverdueQueryError(deadline.seconds) from None
        if "Out of Memory" in str(error):
            raise GreedyQueryError from None
        raise
