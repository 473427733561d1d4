"""What tests of the browser script share: the built script, its far end, and a browser that finds both."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.demo_server import Demo, Served, demo_server, looking_at
from tests.browser.far_end import SCRIPT, FarEnd, Server
from tests.browser.pages import ARGUMENTS, CHROMIUM
from tracker.definitions import kinds

ROOT = Path(__file__).parents[2]
SOURCES = [
    ROOT / "package-lock.json",
    *(ROOT / "static" / "src" / name for name in ("tracker.js", "tracker.d.ts", "auto.js")),
]


@pytest.fixture(scope="session")
def script() -> Path:
    """The built script; builds the assets if it is missing or older than its source."""
    if not SCRIPT.exists() or SCRIPT.stat().st_mtime < max(path.stat().st_mtime for path in SOURCES):
        if not (ROOT / "node_modules" / "esbuild").exists():
            _npm("ci")
        _npm("run", "build")
    return SCRIPT


def _npm(*command: str) -> None:
    subprocess.run([ROOT / ".ci" / "node", *command, "--silent"], cwd=ROOT, check=True, timeout=300)


@pytest.fixture(scope="session")
def served_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server with the demo's three sites, for every test that only looks at them."""
    with demo_server(tmp_path_factory.mktemp("demo")) as served:
        yield served


@pytest.fixture(scope="module")
def demo(served_demo: Served) -> Iterator[Demo]:
    """The demo and a browser of this module's own, signed in."""
    with looking_at(served_demo) as found:
        yield found


@pytest.fixture
def undefined(demo: Demo) -> None:
    """Nothing is defined on any site, not even by this test if it has been tried before."""
    for site in demo.sites.values():
        own = {"Authorization": f"Bearer {site.secret_key}"}
        for kind in kinds.KINDS:
            path = f"/api/v1/sites/{site.id}/definitions/{kind}"
            status, told = demo.server.get(path, **own)
            assert status == 200, told
            for one in told[kind]:
                assert demo.server.request("DELETE", f"{path}/{one['id']}", headers=own)[0] == 204


@pytest.fixture
def far_end(script: Path) -> Iterator[FarEnd]:
    """A server that records what the script sends."""
    server = Server()
    yield server.far_end
    server.close()
    assert server.far_end.rubbish == [], "something was sent that is no batch"


@pytest.fixture(scope="module")
def finder() -> Iterator[Browser]:
    """A Chromium to whom every `.test` name is this machine, with its back/forward cache switched on."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, "--host-resolver-rules=MAP *.test 127.0.0.1"],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


@pytest.fixture
def visitor(finder: Browser) -> Iterator[BrowserContext]:
    """A browser profile of its own: empty storage, nobody's cookies. No page in it may see an error."""
    context = finder.new_context(viewport={"width": 1280, "height": 720}, locale="en-GB")
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    context.close()
    assert errors == [], "the script threw into the page"
