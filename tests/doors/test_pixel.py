"""The pixel answers with an image whatever happens."""

from __future__ import annotations

from urllib.parse import urlencode

from tests.doors.conftest import Street
from tracker.doors.http import Reply
from tracker.doors.pixel import GIF


def get(street: Street, headers: dict[str, str] | None = None, **query: str) -> Reply:
    return street.send(b"", "/pixel.gif", method="GET", query=urlencode(query).encode(), **(headers or {}))


def test_a_page_without_scripts_is_counted(street: Street) -> None:
    reply = get(street, {"referer": "https://shop.example/plain?utm_source=x"}, site="pk_shop")
    assert (reply.status, reply.body) == (200, GIF)
    [event] = street.stored()
    assert (event.name, event.context["path"], event.context["utm_source"]) == ("page_viewed", "/plain", "x")


def test_an_opened_mail_is_counted_with_its_properties(street: Street) -> None:
    get(street, site="pk_shop", event="mail_opened", campaign="may", visitor="v9", id="mail-1")
    get(street, site="pk_shop", event="mail_opened", campaign="may", visitor="v9", id="mail-1")
    [event] = street.stored()
    assert (event.name, event.visitor, event.properties) == ("mail_opened", "v9", {"campaign": "may"})


def test_what_is_wrong_stands_in_a_header(street: Street) -> None:
    for query, status in (({}, 401), ({"site": "pk_x"}, 401), ({"site": "pk_shop", "event": "x" * 121}, 400)):
        reply = get(street, **query)
        assert (reply.status, reply.body) == (status, GIF)
        assert b"x-desirepath-error" in dict(reply.headers)
    assert street.stored() == []


def test_pages_of_other_domains_are_known_by_their_referer(street: Street) -> None:
    street.rules(domains=("shop.example",))
    assert get(street, {"referer": "https://evil.example/"}, site="pk_shop").status == 403
    assert get(street, {"referer": "https://shop.example/"}, site="pk_shop").status == 200
