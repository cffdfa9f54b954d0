"""Answers as CSV, JSON or Parquet, to a stream or a file.

Enters: an `Answer`. Leaves: bytes; a file appears under its name only when it is complete.
"""

from pathlib import Path
from typing import BinaryIO

from studium.publish.exports.files import HashingStream, Stream, file_group
from studium.publish.queries import Answer
from studium.publish.release import Form, write_rows


def write_answer(
    answer: Answer, form: str, output: Path | None, stream: BinaryIO, force: bool = False
) -> int:
    """Write all rows as 'csv', 'json' or 'parquet' to `output` or `stream`; return the count.

    Raises MisuseError when the file is there already and `force` is not set, or cannot be written.
    """
    if output is None:
        return _write(answer, form, stream)
    with file_group(output.parent, [output.name], force) as group:
        rows = 0

        def work(file: HashingStream) -> None:
            nonlocal rows
            rows = _write(answer, form, file)

        group.write(output.name, work)
    return rows


def _write(answer: Answer, form: str, stream: Stream) -> int:
    batches = answer.batches()
    for block in write_rows(batches.schema, batches, Form(form)):
        stream.write(block)
    return batches.rows
