"""What goes is in the archive before it goes, where a site wants that."""

from __future__ import annotations

import pytest

from tests.analytics.stores import LoadedSite
from tests.keeping.places import Place
from tracker.errors import NotFound

STORY = [
    {"at": "2026-01-02 10:00", "visitor": "ada", "page": "/", "id": 1},
    {"at": "2026-02-03 10:00", "visitor": "bob", "page": "/b", "id": 2},
    {
        "at": "2026-02-03 10:01",
        "user": "cid",
        "name": "payment_completed",
        "properties": {"amount": 3},
        "id": 3,
    },
    {"at": "2026-03-30 10:00", "visitor": "ada", "page": "/", "id": 4},
]


def archived(place: Place, site: LoadedSite) -> list[tuple[str, str | None, str]]:
    parts = place.archive.check(site.id)
    found = [one for part in parts for some in place.archive.events(site.id, part, site.id) for one in some]
    return [(one.name, one.visitor, one.context) for one in found]


def test_what_goes_and_nothing_else_is_archived(place: Place) -> None:
    site = place.load(STORY)
    assert place.let_go(site, "2026-02-20 12:00", details=30, archive=True) == 1
    assert archived(place, site) == [("page_viewed", "ada", '{"path":"/"}')]
    assert place.let_go(site, "2026-03-31 12:00", details=30, archive=True) == 1
    assert archived(place, site) == [
        ("page_viewed", "ada", '{"path":"/"}'),
        ("page_viewed", "bob", '{"path":"/b"}'),
    ]
    assert [part.month for part in place.archive.listed(site.id)] == ["2026-01", "2026-02"]


def test_nothing_is_archived_where_nobody_asked_for_it(place: Place) -> None:
    site = place.load(STORY)
    assert place.let_go(site, "2026-03-31 12:00", details=30) == 2
    with pytest.raises(NotFound):
        place.archive.check(site.id)
