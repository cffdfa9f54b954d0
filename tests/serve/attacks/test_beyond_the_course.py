"""What people do in another course changes nothing that a grant for one course shows, with models really built.

Two workspaces of the same campus: in the second one there is nothing of the other course, neither events nor package.
"""

import gzip
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from studium.cli import main
from studium.config import open_workspace
from studium.serve import create_application
from studium.serve.release import Reader
from studium.serve.rights import Principal, Role
from tests.running import copied
from tests.serve.conftest import of

OWN, OTHER = "MeridianX+STAT101", "NorthfieldX+BIO102"
COURSE = f"course-v1:{OWN}+1T2024"
# In which country somebody is, is a trait of the person, wherever it was seen: docs/security.md.
TRAITS = {
    *("cc_by_ip", "countryLabel", "continent", "un_major_region", "un_economic_group"),
    *("un_developing_nation", "un_special_region", "n_have_ip", "n_missing_cc", "n_usa_and_viewed"),
}
OF_TRAITS = {"pc_geoip", "course_enrollment_location_current"}


def campuses(folder: Path) -> None:
    """The campus as it is in `both`, and in `one` as if the other course was elsewhere."""
    both, one = folder / "invented", folder / "less"
    plan = (
        "--events 6000 --files 1 --learners 80 --courses 2 --days 14 --seed 5 --packages --no-traps"
    )
    assert main(["simulate", *plan.split(), "--output", str(both)]) == 0
    for part in ("logs", "packages"):
        (one / part).mkdir(parents=True)
    for log in (both / "logs").iterdir():
        lines = gzip.decompress(log.read_bytes()).splitlines(keepends=True)
        kept = b"".join(line for line in lines if OTHER.encode() not in line)
        (one / "logs" / log.name).write_bytes(gzip.compress(kept))
    for package in (both / "packages").iterdir():
        if not package.name.startswith(OTHER.replace("+", "-")):
            shutil.copytree(package, one / "packages" / package.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(
            "STUDIUM_BUILD__TABLES", raising=False
        )  # all tables, whatever other tests want
        for name, source in (("both", both), ("one", one)):
            root = str(folder / name)
            assert main(["--workspace", root, "init"]) == 0
            given = [str(source / "logs"), str(source / "packages")]
            assert main(["--workspace", root, "run", *given]) == 0


def shown(root: Path, role: Role) -> Iterator[tuple[str, Counter[str]]]:
    """Each dataset as somebody with a grant for one course has it, less the traits of people."""
    same = {"STUDIUM_SERVE__PSEUDONYM_KEY": "Zb7vQ2mX9rLw4TkC8nYf3HsJ6pDg1eUa5xVo"}
    server = create_application(open_workspace(root, same)).state.server
    principal = Principal(7, "somebody", role, of(COURSE))
    reader = Reader(principal, server.bounds, server.keeper.release(), server.keeper.watch)
    for table in reader.datasets:
        if table.name not in OF_TRAITS:
            rows = reader.rows(f'select * from "{table.name}"')
            plain = [{name: it for name, it in row.items() if name not in TRAITS} for row in rows]
            yield table.name, Counter(map(repr, plain))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(campuses, tmp_path_factory.mktemp("beyond") / "campuses")


@pytest.mark.parametrize("role", [Role.COURSE_STAFF, Role.RESEARCHER])
def test_what_people_do_in_another_course_is_not_told(folder: Path, role: Role) -> None:
    both, one = dict(shown(folder / "both", role)), dict(shown(folder / "one", role))
    assert [name for name in both if both[name] != one.get(name, Counter())] == []
    assert sum(1 for rows in both.values() if rows) > 50
    assert both["idv_analysis"].total() > 20  # of people who are in both courses
