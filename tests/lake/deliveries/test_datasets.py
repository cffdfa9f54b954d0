"""The registry of dump datasets: every name once, every type known, keys among the columns."""

import pytest

from studium.lake import DATASETS
from studium.vocabulary import Dataset

TYPES = {"varchar", "bigint", "double", "boolean", "date", "timestamp"}


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda dataset: dataset.name)
def test_dataset_is_declared_soundly(dataset: Dataset) -> None:
    names = [column.name for column in dataset.columns]
    assert len(names) == len(set(names))
    assert {column.type for column in dataset.columns} <= TYPES
    assert set(dataset.key) <= set(dataset.lake_columns), "a key is not personal"
    assert not set(dataset.ignored) & set(names)
    assert list(dataset.lake_columns)[-5:] == [
        "scope",
        "scope_id",
        "dump_date",
        "source_file",
        "source_line",
    ]


def test_directory_data_stays_out_of_the_lake_tables() -> None:
    users, profiles = DATASETS["auth_user"], DATASETS["auth_userprofile"]
    assert not {"email", "first_name", "last_name", "password"} & set(users.lake_columns)
    assert "password" not in users.personal_columns
    assert not {"name", "year_of_birth", "mailing_address"} & set(profiles.lake_columns)
    assert list(users.personal_columns)[:2] == ["id", "email"]
