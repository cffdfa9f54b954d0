"""Payloads of events to their typed columns, group by group: each is read for the fields of its group alone.

Enters: rows of shred.sql, whose `payload_group` says of which group a payload is, if it is an object. Leaves: the same
rows with every column of every group, NULL where another group's events are.
"""

from functools import cache
from pathlib import Path
from string import Template

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from studium.lake.formats.courses.tracking_log import fields

QUERY = Path(__file__).parent / "payload.sql"
TYPES = {"double": pa.float64(), "bigint": pa.int64()}  # all other fields are text
FOUND = pa.schema(
    [("row", pa.int64())]
    + [
        (field.column, TYPES.get(field.type, pa.string()))
        for group in fields.PAYLOAD.values()
        for field in group
    ]
)


def with_payloads(connection: duckdb.DuckDBPyConnection, shredded: pa.Table) -> pa.Table:
    """The rows with the columns of `fields.PAYLOAD` in the place of their group."""
    rows = shredded.num_rows
    payloads = shredded.select(["payload_group", "payload"])
    connection.register("payloads", payloads.append_column("row", pa.array(np.arange(rows))))
    present = set(pc.unique(shredded["payload_group"]).to_pylist())
    found = [FOUND.empty_table()]
    for number, group in enumerate(fields.PAYLOAD):
        if number in present:
            found.append(connection.sql(_query(number, group)).to_arrow_table())
    connection.unregister("payloads")
    read = pa.concat_tables(found, promote_options="default").combine_chunks()
    places = np.full(rows, -1, np.int64)
    places[read["row"].to_numpy()] = np.arange(read.num_rows)
    columns = read.drop_columns(["row"]).take(pa.array(places, mask=places < 0))
    shredded = shredded.drop_columns(["payload_group"])
    for name in columns.column_names:
        shredded = shredded.append_column(name, columns[name])
    return shredded


@cache
def _query(number: int, group: str) -> str:
    return Template(QUERY.read_text()).substitute(
        number=number,
        paths=fields.payload_paths(group),
        texts=fields.payload_texts(group),
        columns=fields.payload_columns(group),
    )
