"""Takes the pictures of docs/pages.md: every page in both themes, of an invented campus.

Enters: a simulation with packages, run twice as its files come in. Leaves: docs/screenshots/NAME-THEME.webp.
Run by `make screenshots`.
"""

import base64
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from studium.config import Workspace, open_workspace, write_default_settings
from studium.pipeline import Job, run
from studium.progress import Silent
from studium.serve.rights import Role
from studium.simulate import Plan, simulate
from tests.serve.pages.campus import Site, add_accounts, browsing, find_site, running, sign_in

FOLDER = Path(__file__).parent / "screenshots"
PLAN = Plan(
    events=200_000, files=6, seed=11, courses=6, learners=1_600, days=84, packages=True, truth=False
)
# Packages change tables that had only logs to go by; the gate would ask whether that is meant.
GROWS = {"STUDIUM_PUBLISH__MAXIMUM_DROP_PERCENT": "100"}
WIDTH, MOST_HEIGHT = 1280, 1500
WHOLE = {"course", "enrollment", "video"}  # the pictures that README and docs/pages.md show large
UNDRAWN = """[...document.querySelectorAll(".plot[data-state='waiting']")]
    .some((plot) => plot.getBoundingClientRect().top < innerHeight)"""
QUALITY = 76  # of WebP: small, and letters stay sharp


def main() -> None:
    """Make the campus, serve it, and take every picture anew; a folder given first holds the campus."""
    with tempfile.TemporaryDirectory() as scratch:
        workspace = _campus(Path(sys.argv[1] if len(sys.argv) > 1 else scratch))
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir()
        with running(workspace) as address, browsing() as browser:
            site = find_site(workspace, address)
            for theme in ("light", "dark"):
                _take_all(browser, site, theme)
    sizes = [path.stat().st_size for path in FOLDER.iterdir()]
    print(
        f"{len(sizes)} pictures, {sum(sizes) / 1e6:.1f} MB, the largest {max(sizes) / 1e3:.0f} kB"
    )


def _campus(folder: Path) -> Workspace:
    """A workspace below the folder with two releases and an account for every role; one that stands is taken."""
    campus = folder / "campus"
    if campus.exists():
        return open_workspace(campus, {})
    invented = simulate(PLAN, folder / "invented", Silent()).output
    write_default_settings(campus)
    job = Job(open_workspace(campus, GROWS), Silent())
    run(job, sorted((invented / "logs").iterdir())[:3])
    run(job, [invented / "logs", invented / "packages"])
    add_accounts(job.workspace, find_site(job.workspace, "").course)
    return job.workspace


def _take_all(browser: Browser, site: Site, theme: str) -> None:
    context = browser.new_context(
        base_url=site.address,
        color_scheme="dark" if theme == "dark" else "light",
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    page = context.new_page()
    _take(page, "/sign-in", f"sign-in-{theme}")
    sign_in(page, Role.ADMINISTRATOR)
    for name, path in site.paths.items():
        _take(page, path, f"{name}-{theme}")
    context.close()


def _take(page: Page, path: str, name: str) -> None:
    """The page with its charts drawn, down to where a picture would be too long."""
    page.set_viewport_size({"width": WIDTH, "height": 800})
    page.goto(path)
    is_whole = name.rpartition("-")[0] in WHOLE
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size(
        {"width": WIDTH, "height": height if is_whole else min(height, MOST_HEIGHT)}
    )
    page.wait_for_load_state("networkidle")
    while page.evaluate(UNDRAWN):
        page.wait_for_timeout(50)
    asked = {"format": "webp", "quality": QUALITY}
    picture = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    (FOLDER / f"{name}.webp").write_bytes(base64.b64decode(picture["data"]))


if __name__ == "__main__":
    main()
