"""Every page of a site in the order of the menu. A new page is one line here."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, request

from tracker.accounts.roles import Role
from tracker.domain.site import Site
from tracker.web import access


@dataclass(frozen=True, slots=True)
class Page:
    """One entry: its words, its address below /sites/<id>/, icon, the key after `g`, and for whom it is."""

    label: str
    path: str
    icon: str
    key: str = ""
    group: str = ""
    role: Role = Role.VIEWER
    keeps: bool = False
    """Whether links to it carry the time, segment and filters of the page one is on."""
    one: str = ""
    """The address of the page of a single one, which belongs to this entry."""


PAGES: tuple[Page, ...] = (
    Page("Overview", "overview", "overview", "o", keeps=True),
    Page("Live feed", "feed", "feed", "f"),
    Page("Users", "users", "people", "u", keeps=True),
    Page("Sessions", "sessions", "session", "e", keeps=True),
    Page("Features", "features", "feature", "x", keeps=True),
    Page("Journeys", "journeys", "journey", "j", keeps=True),
    Page("Funnels", "funnels", "funnel", "n", keeps=True),
    Page("Retention", "retention", "retention", "r", keeps=True),
    Page("Segments", "segments", "segment", "m", keeps=True),
    Page("People", "people", "person", "h", keeps=True, one="person"),
    Page("Products", "products", "product", "p", keeps=True, one="product"),
    Page("Payments", "payments", "payment", "y", keeps=True, one="payment"),
    Page("Errors", "errors", "error", "w", keeps=True, one="error"),
    Page("Definitions", "definitions", "target", "t", "Site"),
    Page("Install", "install", "code", "i", "Site"),
    Page("Settings", "settings", "settings", "s", "Site", Role.ADMIN),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A page as the menu of one site shows it."""

    label: str
    url: str
    icon: str
    key: str
    current: bool
    keeps: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Pages under one title, which may be empty."""

    title: str
    items: tuple[Item, ...]


def menu(site_id: int, role: Role, path: str, script_root: str = "") -> tuple[Group, ...]:
    """The menu of a site for somebody of this role; the page at `path` (or above it) is the current one."""
    open_to = [page for page in PAGES if page.role <= role]
    base = f"/sites/{site_id}/"
    return tuple(
        Group(title, tuple(_item(page, base, path, script_root) for page in open_to if page.group == title))
        for title in dict.fromkeys(page.group for page in open_to)
    )


def register(app: Flask) -> None:
    """Give templates `navigation(site)`."""

    def navigation(site: Site) -> tuple[Group, ...]:
        role = access.role_on(access.need_viewer(), site.id)
        return menu(site.id, role, request.path, request.script_root)

    app.add_template_global(navigation, "navigation")


def _item(page: Page, base: str, path: str, script_root: str) -> Item:
    own = base + page.path
    current = path == own or path.startswith(own + "/") or (bool(page.one) and path == base + page.one)
    return Item(page.label, script_root + own, page.icon, page.key, current, page.keeps)
