"""What docs/citing.md tells researchers to run gives the figure that the release has."""

import re
from pathlib import Path

import pandas as pd
import pytest

from studium.cli import main
from studium.config import Workspace
from studium.publish import query
from tests.serve.pages.conftest import PATIENCE

pytestmark = pytest.mark.timeout(PATIENCE)
DOCS = Path(__file__).parents[3] / "docs"
RATES = """
    select LoE, avg(certified::int) as mean
    from person_course
    where viewed and LoE is not null and certified is not null
    group by LoE
    having count(*) >= 2
"""


def test_the_python_lines_give_the_figures_of_the_release(
    published: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (DOCS / "citing.md").read_text()
    lines = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0].splitlines()
    assert lines[-1].startswith("shown.plot")  # matplotlib is not on this machine
    file = tmp_path / "person_course.csv"
    asked = ["export", "person_course", "--for", "researcher", "--output", str(file)]
    assert main(["--workspace", str(published.root), *asked]) == 0
    monkeypatch.chdir(tmp_path)
    known: dict[str, object] = {}
    few = "\n".join(lines[:-1]).replace(">= 10", ">= 2")  # the campus of tests is small
    exec(few, known)
    with query(published, RATES) as answer:
        expected = dict(answer.rows())
    shown = known["shown"]
    assert isinstance(shown, pd.Series)
    assert expected
    assert shown.to_dict() == pytest.approx(expected)


def test_every_link_of_the_guides_leads_somewhere() -> None:
    gone = [
        f"{page.name}: {target}"
        for page in DOCS.glob("*.md")
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text())
        if not target.startswith("screenshots/") and not (page.parent / target).exists()
    ]
    assert gone == []
