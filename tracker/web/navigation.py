"""Every page of a site in the order of the menu. A new page is one line here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request


@dataclass(frozen=True, slots=True)
class Page:
    """One entry: its words, its address below /sites/<id>/, icon, and the key after `g`."""

    label: str
    path: str
    icon: str
    key: str = ""
    group: str = ""


PAGES: tuple[Page, ...] = (
    Page("Live feed", "feed", "feed", "f"),
    Page("Install", "install", "code", "i", "Site"),
    Page("Settings", "settings", "settings", "s", "Site"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A page as the menu of one site shows it."""

    label: str
    url: str
    icon: str
    key: str
    current: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Pages under one title, which may be empty."""

    title: str
    items: tuple[Item, ...]


def menu(site_id: int, path: str, script_root: str = "") -> tuple[Group, ...]:
    """The menu of a site; the page at `path` (or above it) is the current one."""
    titles = dict.fromkeys(page.group for page in PAGES)
    base = f"/sites/{site_id}/"
    return tuple(
        Group(title, tuple(_item(page, base, path, script_root) for page in PAGES if page.group == title))
        for title in titles
    )


def register(app: Flask) -> None:
    """Give templates `navigation(site)`."""

    def navigation(site: Any) -> tuple[Group, ...]:
        return menu(site.id, request.path, request.script_root)

    app.add_template_global(navigation, "navigation")


def _item(page: Page, base: str, path: str, script_root: str) -> Item:
    own = base + page.path
    current = path == own or path.startswith(own + "/")
    return Item(page.label, script_root + own, page.icon, page.key, current)
