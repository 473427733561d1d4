"""Takes the pictures of README.md and docs/ from the demo: `make screenshots`.

The demo's seed, the windows and the moment (the end of the demo) are the same each time; the figures follow
the clock, as the demo does.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.demo_server import Demo, DemoSite, demo_server, looking_at, settle

TARGET = Path(__file__).parents[2] / "docs" / "images"
EVENTS = 120_000
COLOURS = 256
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
Act = Callable[[Page], None]


@dataclass(frozen=True)
class Picture:
    """`site` is a property of Demo ("" for none); `act` brings the page into the state to be shown."""

    name: str
    site: str
    path: str
    height: int = 900
    phone: bool = False
    dark: bool = False
    act: Act | None = None

    def address(self, demo: Demo) -> str:
        """Where it is taken."""
        if not self.site:
            return self.path
        site: DemoSite = getattr(demo, self.site)
        return demo.path(site, self.path)


def open_first_person(page: Page) -> None:
    """From the list to the page of the one at its top."""
    page.locator("#panel-people tbody th a").first.click()
    page.wait_for_url("**/person?**")
    expect(page.locator("[data-live-badge]")).to_be_visible()


PICTURES = (
    Picture("overview", "shop", "overview", height=1080),
    Picture("overview-phone", "shop", "overview", phone=True, dark=True),
    Picture("feed", "saas", "feed"),
    Picture("features", "saas", "features", height=1000),
    Picture("journeys", "saas", "journeys", height=860),
    Picture("funnels", "saas", "funnels"),
    Picture("retention", "saas", "retention", height=1000),
    Picture("person", "wallet", "people?sort=events", height=1320, act=open_first_person),
    Picture("payments", "wallet", "payments"),
    Picture("sites", "", "/sites", height=440),
)


def take(demo: Demo, picture: Picture, target: Path) -> Path:
    """One picture, when everything on the page is drawn."""
    size = PHONE if picture.phone else WIDE | {"height": picture.height}
    options: dict[str, Any] = {"viewport": size, "color_scheme": "dark" if picture.dark else "light"}
    with demo.open(**options, reduced_motion="reduce") as watch:
        page = watch.page
        page.goto(picture.address(demo))
        if picture.act:
            settle(page)
            picture.act(page)
        settle(page)
        expect(page.locator(".glance[hx-get]")).to_have_count(0)
        page.wait_for_timeout(500)  # fonts and the last frame of what moves
        path = target / f"{picture.name}.png"
        page.screenshot(path=path, animations="disabled", caret="hide")
    shrink(path)
    return path


def shrink(path: Path) -> None:
    """Keep few colours: nobody sees the difference, and the repository carries a third."""
    with Image.open(path) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def main(names: list[str], target: Path = TARGET) -> None:
    """Take the pictures of these names, all if there are none."""
    target.mkdir(parents=True, exist_ok=True)
    wanted = [one for one in PICTURES if not names or one.name in names]
    with (
        tempfile.TemporaryDirectory() as data,
        demo_server(Path(data), EVENTS) as served,
        looking_at(served) as demo,
    ):
        for picture in wanted:
            path = take(demo, picture, target)
            print(f"{path.relative_to(target.parents[1])}: {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main(sys.argv[1:])
