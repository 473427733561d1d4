"""All that is kept of one person, to be handed to them: as JSON, or as a page that anybody can read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import current_app

from tracker import clock
from tracker.archive import person as people
from tracker.archive.archive import Archive
from tracker.archive.copies import Copy
from tracker.domain import times
from tracker.errors import Invalid
from tracker.ledger import known_as, traces
from tracker.ledger import person as in_ledger
from tracker.ledger.person import Person
from tracker.ledger.reads import Stored
from tracker.services import Services
from tracker.web import event_json

SOME = 200
"""Lines sent at once."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is handed out. Lists are ready for JSON; `events` and `archived` can be read once."""

    site_id: int
    site_name: str
    time_zone: str
    at: int
    who: Person
    known: list[dict[str, Any]]
    stays: list[dict[str, Any]]
    unread: list[dict[str, Any]]
    events: Iterator[Stored]
    archived: Iterator[Stored]
    close: Callable[[], None]
    """To be called when it was written, or will not be."""


@dataclass(frozen=True, slots=True)
class Form:
    """How it is written."""

    suffix: str
    mimetype: str
    write: Callable[[Export], Iterator[bytes]]


def need(services: Services, site_id: int, who: str) -> Person:
    """Somebody by user id, visitor id, or an e-mail that one user alone has. Raises NotFound."""
    site = services.sites.by_id(site_id)
    names = site.pseudonyms if site is not None else None
    return people.need(services.readers.read, Archive(services.settings.data), site_id, who, names)


def of(services: Services, site_id: int, who: Person) -> Export:
    """All of somebody. Raises Unavailable where the archive is at work for long."""
    site = services.sites.by_id(site_id)
    copy = people.copy(services.readers.read, Archive(services.settings.data), site_id, who)
    with services.readers.read() as ledger:
        known = [one for user in who.users for one in known_as.of_user(ledger, site_id, user)]
        stays = traces.of_person(ledger, site_id, who.users, who.visitors)
    return Export(
        site_id,
        site.name if site is not None else "",
        site.time_zone if site is not None else "UTC",
        clock.now_ms(),
        who,
        [
            {"user": a.user_id, "email": a.email or None, "name": a.name, "phone_number": a.phone}
            for a in known
        ],
        [_stay(*one) for one in stays],
        [{"month": one.month, "problem": one.problem} for one in copy.unread],
        _events(services, who),
        _archived(services, site_id, copy),
        copy.close,
    )


def form(name: str) -> Form:
    """A form by its name. Raises Invalid."""
    found = FORMS.get(name)
    if found is None:
        raise Invalid(f"format must be one of {', '.join(FORMS)}.", field="format")
    return found


def _events(services: Services, who: Person) -> Iterator[Stored]:
    for start in range(0, len(who.ids), in_ledger.SLICE):
        with services.readers.read() as ledger:
            found = in_ledger.events(ledger, who.ids[start : start + in_ledger.SLICE])
        yield from found


def _archived(services: Services, site_id: int, copy: Copy) -> Iterator[Stored]:
    """What is in the archive and not in the ledger as well: events are there before they go here."""
    some: list[Stored] = []
    for one in copy.read():
        some.append(one)
        if len(some) == SOME:
            yield from _gone(services, site_id, some)
            some = []
    yield from _gone(services, site_id, some)


def _gone(services: Services, site_id: int, some: list[Stored]) -> list[Stored]:
    with services.readers.read() as ledger:
        kept = in_ledger.known_ids(ledger, site_id, [one.event_id for one in some])
    return [one for one in some if one.event_id not in kept]


def _stay(one: traces.Trace, profiles: list[str]) -> dict[str, Any]:
    return {
        "user": one.user_id,
        "visitor": one.visitor,
        "from": event_json.iso(one.from_at),
        "to": event_json.iso(one.to_at),
        "knownAs": [msgspec.json.decode(body) for body in profiles],
    }


def _json(told: Export) -> Iterator[bytes]:
    head = {
        "site": told.site_id,
        "exportedAt": event_json.iso(told.at),
        "users": told.who.users,
        "visitors": told.who.visitors,
        "knownAs": told.known,
        "stays": told.stays,
        "complete": not told.unread,
        "unread": told.unread,
    }
    yield msgspec.json.encode(head)[:-1]
    yield b',"events":['
    yield from _listed(event_json.event(one) for one in told.events)
    yield b'],"archived":['
    yield from _listed(event_json.archived(one) for one in told.archived)
    yield b"]}\n"


def _listed(found: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    lead = b""
    for one in found:
        yield lead + msgspec.json.encode(one)
        lead = b","


def _page(told: Export) -> Iterator[bytes]:
    template = current_app.jinja_env.get_template("admin/person_export.html")
    stream = template.stream(told=told, described=_described, known=_known, moment_of=times.epoch_ms)
    stream.enable_buffering(SOME)
    return (part.encode() for part in stream)


def _described(one: Stored) -> Iterator[tuple[str, str]]:
    """What an event says and where it happened, as pairs of texts."""
    yield from _pairs({"user": one.user_id, "visitor": one.visitor, "session": one.session})
    for document in (one.properties, one.context, one.client):
        yield from _pairs(document)
    yield from _known(one.profile)


def _known(profile: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """As whom a user came, as pairs of texts."""
    told = {key: value for key, value in profile.items() if key != "traits"} | (profile.get("traits") or {})
    return _pairs({f"your {key}": value for key, value in told.items()})


def _pairs(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    return ((key, _text(value)) for key, value in document.items() if value not in (None, "", {}, []))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


FORMS = {
    "json": Form("json", "application/json", _json),
    "html": Form("html", "text/html", _page),
}
