"""What a test process takes at a time, and in which order: the longest first, so that none is left alone at the end."""

from pathlib import Path

import pytest

# By seconds, longest first; a file is one process's (`--dist loadgroup`). All others follow as they come.
LONGEST = (
    "warehouse/test_spark.py",
    "warehouse/test_increment.py",
    "warehouse/test_interruptions.py",
    "warehouse/package/test_package_increment.py",
    "test_person_course_truth.py",
    "serve/pages/test_paths.py",
    "serve/pages/test_accessibility.py",
    "warehouse/published/test_results.py",
    "warehouse/published/test_distributions.py",
    "lake/deliveries/test_builds.py",
    "warehouse/test_worked_examples.py",
)
_PLACES = {Path(__file__).parent / name: place for place, name in enumerate(LONGEST)}
# Each test of these begins with what all processes share, or with nothing: any process may take it. Those of folders
# come last, so that both processes end together.
ONE_BY_ONE = (
    "reliability",
    "cli",
    *(name for name in LONGEST if "increment" in name or "inter" in name),
)
_APART = {Path(__file__).parent / name for name in ONE_BY_ONE}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the longest files to the front and folders taken one by one to the end; the order within files stays."""
    if gone := [path for path in _PLACES if not path.is_file()]:
        raise pytest.UsageError(f"tests/conftest.py names files that are gone: {gone}")
    items.sort(key=lambda item: (item.path.parent in _APART, _PLACES.get(item.path, len(_PLACES))))
    for item in items:
        is_apart = not _APART.isdisjoint({item.path, item.path.parent})
        item.add_marker(pytest.mark.xdist_group(item.nodeid if is_apart else str(item.path)))
