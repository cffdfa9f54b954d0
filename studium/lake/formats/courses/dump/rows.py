"""What only tables of the platform need on their way: canonical keys, states of problems, mended lines, domains.

Enters: `Part`s of one table. Leaves: rows of its dataset, and of the datasets derived from it.
"""

import pyarrow as pa
import pyarrow.compute as pc

from studium.lake.formats.courses.dump.canonical import (
    USAGE_KEYS,
    canonical_course,
    canonical_usage,
)
from studium.lake.formats.courses.dump.studentmodule import ITEMS, with_state
from studium.lake.formats.courses.dump.surplus import merged
from studium.lake.reading.parsed import Counts
from studium.lake.reading.sink import Sink
from studium.lake.reading.tables.header import Layout
from studium.lake.reading.tables.rows import RowWriter, column_at, with_column
from studium.lake.registry import DATASETS
from studium.vocabulary import Scope

USERS = "auth_user"
STUDENT_MODULES = "courseware_studentmodule"
ITEMS_DATASET = "courseware_studentmodule_items"
OTHER_COURSE = "other_course"


class PlatformRows(RowWriter):
    """The rows of one table of the platform's database."""

    def __init__(
        self, layout: Layout, scope: Scope, sink: Sink, counts: Counts, is_escaped: bool = True
    ) -> None:
        super().__init__(layout, scope, sink, counts, is_escaped)
        if layout.dataset == STUDENT_MODULES and {"state", "grade"} <= layout.places.keys():
            place = f"f{layout.places['state']}" if is_escaped else None
            self._query = with_state(self._query, place)

    def _promised(self) -> list[str]:
        dataset = self._layout.dataset
        return [dataset, ITEMS_DATASET] if dataset == STUDENT_MODULES else [dataset]

    def _mended(self, fields: list[str], width: int) -> list[str] | None:
        return merged(fields, self._layout, width)

    def _canonical(self, table: pa.Table) -> pa.Table:
        """Keys in their canonical form; rows of another course than the package's are skipped."""
        places, course_id = self._layout.places, self._scope.id or None
        for name in USAGE_KEYS & places.keys() if self._layout.dataset in DATASETS else ():
            keys = canonical_usage(column_at(table, places[name]), course_id)
            table = with_column(table, places[name], keys)
        if "course_id" not in places:
            return table
        courses, belongs = canonical_course(column_at(table, places["course_id"]), course_id)
        table = with_column(table, places["course_id"], courses)
        others = table.num_rows - belongs.true_count
        if not others:
            return table
        self._counts.skipped[OTHER_COURSE] += others
        return table.filter(belongs)

    def _write(self, rows: pa.Table) -> None:
        if "read_state" in rows.column_names:
            self._duckdb.register("rows_of_part", rows)
            self._sink(ITEMS_DATASET, self._duckdb.sql(ITEMS).to_arrow_table())
            self._duckdb.unregister("rows_of_part")
            rows = rows.drop_columns("read_state")
        if self._layout.dataset == USERS and "email" in rows.column_names:
            domain = pc.extract_regex(rows["email"], "^[^@]*@(?P<domain>.*)$").combine_chunks()
            rows = rows.append_column("email_domain", domain.field("domain"))
        self._sink(self._layout.dataset, rows)
