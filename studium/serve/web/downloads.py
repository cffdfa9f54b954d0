"""Rows of a query as a file that is written while it is sent.

Enters: a schema and batches of Arrow. Leaves: a streamed answer; memory does not grow with the rows.
"""

from collections.abc import Iterator

import pyarrow as pa
from fastapi.responses import StreamingResponse

from studium.publish import Form, media_type, write_rows
from studium.serve.web.listings import file_name


def download(
    schema: pa.Schema, batches: Iterator[pa.RecordBatch], form: Form, name: str
) -> StreamingResponse:
    """The answer; its first bytes leave before the last rows are read."""
    return StreamingResponse(
        write_rows(schema, batches, form),
        media_type=media_type(form),
        headers={"Content-Disposition": f'attachment; filename="{file_name(name)}.{form}"'},
    )
