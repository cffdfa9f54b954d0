"""The order of files: those that take longest begin first, so that no process is left alone with one at the end."""

from pathlib import Path

import pytest

# By seconds, longest first; a file is one process's (`--dist loadfile`). All others follow as they come.
LONGEST = (
    "warehouse/test_spark.py",
    "warehouse/test_increment.py",
    "warehouse/test_interruptions.py",
    "warehouse/package/test_package_increment.py",
    "cli/test_advice.py",
    "cli/test_commands.py",
    "test_person_course_truth.py",
    "reliability/test_damaged_workspaces.py",
    "reliability/test_bad_input.py",
    "reliability/test_interruptions.py",
    "reliability/test_damaged_warehouse.py",
    "reliability/test_two_runs.py",
    "reliability/test_full_disk.py",
    "reliability/test_kills.py",
    "serve/pages/test_paths.py",
    "serve/pages/test_accessibility.py",
    "warehouse/published/test_results.py",
    "warehouse/published/test_distributions.py",
    "lake/deliveries/test_builds.py",
    "warehouse/test_worked_examples.py",
)
_PLACES = {Path(__file__).parent / name: place for place, name in enumerate(LONGEST)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the longest files to the front; the order within files stays."""
    if gone := [path for path in _PLACES if not path.is_file()]:
        raise pytest.UsageError(f"tests/conftest.py names files that are gone: {gone}")
    items.sort(key=lambda item: _PLACES.get(item.path, len(_PLACES)))
