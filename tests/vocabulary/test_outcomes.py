"""Evidence is written into manifests under the names that older releases use, and read back the same."""

import msgspec

from studium.vocabulary import CheckOutcome, InputFile, Table, TableColumn


def test_a_file_has_the_names_of_older_manifests() -> None:
    file = InputFile(
        "forum.mongo", "a" * 64, 9, table_rows=9, dataset="forum", dump_date="2024-03-01"
    )

    said = msgspec.to_builtins(file)

    assert (said["name"], said["table"]) == ("forum.mongo", "forum")
    assert msgspec.convert(said, InputFile) == file
    assert msgspec.convert(
        {"name": "tracking.log", "sha256": "b", "lines": 3}, InputFile
    ) == InputFile("tracking.log", "b", 3)


def test_a_promise_names_the_command_that_shows_its_rows() -> None:
    assert CheckOutcome("no_gap", "fail", 3).show == "studium check --show no_gap"


def test_a_table_reads_back_the_same() -> None:
    table = Table("video", columns=[TableColumn("n", "bigint", unit="people")], area="films")

    assert msgspec.json.decode(msgspec.json.encode(table), type=Table) == table
