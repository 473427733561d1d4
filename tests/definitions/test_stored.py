"""Definitions of a site: kept, changed, removed, and never mixed up with another site's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.conftest import NOW
from tests.live_server import Keys
from tracker.accounts import audit, sites
from tracker.analytics import registry
from tracker.analytics.funnels.funnel import Funnel
from tracker.definitions import stored
from tracker.definitions.kinds import KINDS
from tracker.errors import Conflict, Invalid, NotFound

GERMANS = {"name": "Germans", "criteria": {"dimension": "country", "value": "DE"}}
VALUES: dict[str, dict[str, Any]] = {
    "segments": GERMANS,
    "goals": {"name": "Bought", "event": "purchase"},
    "funnels": {"name": "Way in", "steps": [{"event": "landed"}, {"page": "/welcome"}]},
    "features": {"name": "export_created", "category": "Files"},
}


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_kept_as_it_was_given(site: Keys, kind: str) -> None:
    made = stored.create(site.id, kind, VALUES[kind], NOW, None)
    again = stored.get(site.id, kind, made.id)
    assert again == made
    assert KINDS[kind].parse(VALUES[kind]) == made.value
    assert stored.OfSite(site.id).everything(kind) == (made.value,)
    assert next(entry.action for entry, _ in audit.of_site(site.id)) == f"{KINDS[kind].one} added"


def test_names_count_once_whatever_their_case(site: Keys, new_site: Any) -> None:
    first = stored.create(site.id, "segments", GERMANS, NOW, None)
    with pytest.raises(Conflict) as taken:
        stored.create(site.id, "segments", GERMANS | {"name": "GERMANS"}, NOW, None)
    assert taken.value.field == "name"
    other = new_site("Other")
    assert stored.create(other.id, "segments", GERMANS, NOW, None).id != first.id
    stored.replace(site.id, "segments", first.id, GERMANS | {"name": "germans"}, NOW + 1, None)
    assert stored.get(site.id, "segments", first.id).value.name == "germans"


def test_what_is_wrong_is_named_and_changes_nothing(site: Keys) -> None:
    wrong = {"name": "X", "criteria": {"and": [{"event": "a", "times": 0}]}}
    with pytest.raises(Invalid) as caught:
        stored.create(site.id, "segments", wrong, NOW, None)
    assert caught.value.field == "criteria.and[0].times"
    with pytest.raises(Invalid) as caught:
        stored.create(site.id, "segments", GERMANS | {"name": "12"}, NOW, None)
    assert caught.value.field == "name"
    assert stored.all_of(site.id, "segments") == []


def test_names_are_one_whatever_their_case_in_any_alphabet(site: Keys) -> None:
    stored.create(site.id, "segments", GERMANS | {"name": "Käufer Ärger"}, NOW, None)
    with pytest.raises(Conflict) as caught:
        stored.create(site.id, "segments", GERMANS | {"name": "KÄUFER ÄRGER"}, NOW, None)
    assert caught.value.field == "name"


def test_a_number_nobody_gave_is_the_parameters_fault(site: Keys) -> None:
    with pytest.raises(NotFound) as caught:
        registry.get("goals").read({"goals": "99"}, stored.OfSite(site.id))
    assert caught.value.field == "goals"


def test_a_site_sees_its_own_only(site: Keys, new_site: Any) -> None:
    made = stored.create(site.id, "goals", VALUES["goals"], NOW, None)
    other = new_site("Other")
    for act in (
        lambda: stored.get(other.id, "goals", made.id),
        lambda: stored.replace(other.id, "goals", made.id, VALUES["goals"], NOW, None),
        lambda: stored.delete(other.id, "goals", made.id, NOW, None),
        lambda: stored.get(site.id, "funnels", made.id),
        lambda: stored.all_of(site.id, "nonsense"),
    ):
        with pytest.raises(NotFound):
            act()
    stored.delete(site.id, "goals", made.id, NOW, None)
    assert stored.all_of(site.id, "goals") == []


def test_there_is_an_end_to_it(site: Keys) -> None:
    for number in range(KINDS["goals"].most):
        stored.create(site.id, "goals", {"name": f"Goal {number}", "event": "a"}, NOW, None)
    with pytest.raises(Conflict, match="50 goals"):
        stored.create(site.id, "goals", {"name": "One more", "event": "a"}, NOW, None)


def test_templates_are_offered_until_taken(site: Keys) -> None:
    offered = stored.offered(site.id, "funnels")
    assert {funnel.name for funnel in offered} == {
        "Registration",
        "Payment",
        "Verification",
        "Purchase",
    }
    taken = offered[0]
    assert isinstance(taken, Funnel)
    stored.create(site.id, "funnels", taken.to_json(), NOW, None)
    assert taken not in stored.offered(site.id, "funnels")
    assert stored.OfSite(site.id).everything("funnels") == (taken,)


def test_they_go_with_the_site(site: Keys) -> None:
    made = stored.create(site.id, "segments", GERMANS, NOW, None)
    sites.delete(site.id, NOW, None)
    with pytest.raises(NotFound):
        stored.get(site.id, "segments", made.id)
