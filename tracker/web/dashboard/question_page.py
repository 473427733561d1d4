"""A page made of panels: one address for the page, one below it for each panel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from tracker import clock
from tracker.definitions import stored
from tracker.errors import STATUS, Invalid, NotFound
from tracker.ledger.latest import latest_at
from tracker.services import Services
from tracker.web import access
from tracker.web.dashboard import filter_bar, panels
from tracker.web.dashboard.look import Look, from_form
from tracker.web.dashboard.panels import Panel

More = Callable[[Services, Look], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """A page below /sites/<id>/. `name` is its address, blueprint and template (`dashboard/<name>.html`).

    `own` are parameters of its address besides the common ones and its panels' tabs. `more` makes more
    values for the template, on a page of a single one also `about`: how that one is called.
    """

    name: str
    title: str
    panels: tuple[Panel, ...]
    own: tuple[str, ...] = ()
    compares: bool = True
    """Whether anything on it is held against the time before; else that is not offered."""
    more: More | None = None
    template: str = ""
    known: dict[str, Panel] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", {panel.name: panel for panel in self.panels})

    @property
    def parameters(self) -> tuple[str, ...]:
        """Every parameter that is this page's own."""
        passed = [name for panel in self.panels for name in panel.takes]
        opened = ("more",) if any(panel.more for panel in self.panels) else ()
        return (*self.own, *passed, *opened, *(panel.name for panel in self.panels if panel.tabs))

    def blueprint(self, services: Services) -> Blueprint:
        """The page's routes; a page that has more adds them to it."""
        views = Views(self, services)
        blueprint = Blueprint(self.name, __name__, url_prefix=f"/sites/<int:site_id>/{self.name}")
        blueprint.add_url_rule("", "page", views.page)
        blueprint.add_url_rule("/panels/<panel>", "panel", views.panel)
        return blueprint

    def look(self, site_id: int, args: Iterable[tuple[str, str]]) -> Look:
        """What this request looks at, for a viewer who may see the site. Raises Invalid."""
        site = access.site(site_id)
        return Look.read(site, self.name, request.script_root, args, clock.now_ms(), self.parameters)


class Views:
    """The views of one page."""

    def __init__(self, page: QuestionPage, services: Services) -> None:
        self.served = page
        self._services = services

    def page(self, site_id: int) -> ResponseReturnValue:
        """The frame with room for the panels; with `full=1` the panels themselves."""
        site = access.site(site_id)
        args = list(request.args.items(multi=True))
        plain = Look.plain(site, self.served.name, request.script_root, clock.now_ms())
        try:
            if "form" in request.args:
                return redirect(plain.changed(from_form(args, self.served.parameters)))
            look = self.served.look(site_id, args)
        except (Invalid, NotFound) as error:
            return self.render(plain.with_problem(error)), STATUS[error.code]
        return self.render(look)

    def panel(self, site_id: int, panel: str) -> ResponseReturnValue:
        """One panel; 304 while neither data nor page nor address changed."""
        look = self.served.look(site_id, request.args.items(multi=True))
        found = self.served.known.get(panel)
        if found is None:
            raise NotFound("There is no such panel.")
        role = access.role_on(access.need_viewer(), site_id)
        tag = panels.tag_of(self._services, found, look, role.word)
        if request.if_none_match.contains_weak(tag):
            return _tagged(make_response("", 304), tag, found.keep)
        shown = panels.answered(self._services, found, look)
        response = make_response(shown.html)
        return _tagged(response, tag, found.keep) if shown.tagged else response

    def render(self, look: Look, **more: Any) -> str:
        """The frame; `more` wins over what the page itself gives its template."""
        page = self.served
        render = panels.answered if look.full else panels.placeholder
        with self._services.readers.read() as connection:
            waiting = not latest_at(connection, [look.site.id])

        def panel(name: str) -> Markup:
            return Markup(render(self._services, page.known[name], look).html)  # noqa: S704  rendered by us

        own = page.more(self._services, look) if page.more else {}
        return render_template(
            page.template or f"dashboard/{page.name}.html",
            site=look.site,
            look=look,
            title=page.title,
            bar=filter_bar.make(look, stored.all_of(look.site.id, "segments"), page.compares),
            waiting=waiting,
            panel=panel,
            **({"about": ""} | own | more),
        )


def _tagged(response: Response, tag: str, keep: bool) -> Response:
    """Say what it depends on. With `keep` the browser keeps it for the one who is signed in, and asks each
    time whether it is still true; else nothing of it stays, and only a script may ask so."""
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache" if keep else "no-store"
    response.vary.add("Cookie")
    return response
