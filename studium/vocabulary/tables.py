"""What a table is, as its author wrote it and as a release holds it: columns with definitions, rights, area.

Enters: nothing. Leaves: `Table` and `TableColumn`, the same for models, analyses, releases, docs and pages.
"""

from msgspec import Struct

from studium.vocabulary.rights import Rights


class TableColumn(Struct, frozen=True):
    """A column of a table: its type, what it means and, where it has one, its unit.

    `compat` says what the published systems give in its place, where that differs.
    """

    name: str
    type: str
    description: str = ""
    unit: str = ""
    compat: str = ""


class Table(Struct, frozen=True):
    """A table: `grain` begins "One row per …", `sql` is the model, `depends_on` what it reads, `area` whose it is.

    `rows` and `checksum`, which does not depend on the order of rows, are known of a release's. One without
    `rights` is for administrators only. `window_days`: it tells of so many days before `as_of` alone; with
    `is_better_small` it lists what is wrong. Fewer rows of such are no surprise. `sources` are the datasets of
    the lake that its rows come from, by whatever way. With `is_archived` it leaves as a dated file, too, which may be
    kept longer than its release; one table of an area may. The sum of the
    column `counts` is the number of events of its area: it is built and published always, the gate asks it.
    """

    name: str
    rows: int = 0
    checksum: str = ""
    grain: str = ""
    columns: list[TableColumn] = []
    tests: list[str] = []
    sql: str = ""
    depends_on: list[str] = []
    rights: Rights | None = None
    window_days: int | None = None
    compat: str = ""
    area: str = ""
    sources: list[str] = []
    is_better_small: bool = False
    is_archived: bool = False
    counts: str = ""
