"""What a funnel is made of, and what is said of wrong ones."""

from __future__ import annotations

from typing import Any

import pytest

from tracker.analytics.funnels.funnel import TEMPLATES, Funnel, read
from tracker.analytics.query import Filter
from tracker.domain import payments
from tracker.domain.products import ACTIONS
from tracker.errors import Invalid

TWO: list[Any] = [{"event": "signup"}, {"page": "/thanks"}]


def test_a_funnel_is_read_and_written() -> None:
    found = Funnel.parse(
        {
            "name": "Sign-up",
            "steps": [
                {"name": "Landing", "page": "/", "filters": ["country:DE"]},
                {"event": "signup", "filters": [{"dimension": "property.plan", "values": ["pro", "team"]}]},
            ],
            "window": "36h",
            "per": "session",
        }
    )
    assert found.window == 36 * 3_600_000
    assert [step.name for step in found.steps] == ["Landing", "signup (plan is pro or team)"]
    assert found.steps[0].what.filters == (Filter("page", values=("/",)), Filter("country", values=("DE",)))
    assert Funnel.parse(found.to_json()) == found


def test_a_funnel_takes_two_weeks_and_is_of_persons_unless_said_otherwise() -> None:
    found = Funnel.parse({"name": "x", "steps": TWO})
    assert (found.window_text, found.per) == ("14d", "person")


def test_the_templates_are_those_every_site_is_offered() -> None:
    steps = {name: [step.what.event for step in funnel.steps] for name, funnel in TEMPLATES.items()}
    assert list(steps) == ["registration", "payment", "verification", "purchase"]
    assert steps["payment"][2:] == list(payments.STAGES[1:])
    assert steps["purchase"] == [ACTIONS[action] for action in ("view", "click", "cart_add", "purchase")]


@pytest.mark.parametrize("name", list(TEMPLATES))
def test_templates_are_proper_funnels(name: str) -> None:
    assert Funnel.parse(TEMPLATES[name].to_json()) == TEMPLATES[name]
    assert read(f" {name.title()} ") == TEMPLATES[name]


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ([], None),
        ({"steps": TWO}, "name"),
        ({"name": "x"}, "steps"),
        ({"name": "x", "steps": TWO[:1]}, "steps"),
        ({"name": "x", "steps": TWO * 6}, "steps"),
        ({"name": "x", "steps": [TWO[0], "signup"]}, "steps[1]"),
        ({"name": "x", "steps": [TWO[0], {"name": "nothing"}]}, "steps[1].event"),
        ({"name": "x", "steps": [TWO[0], {"event": "a", "page": "/"}]}, "steps[1].page"),
        ({"name": "x", "steps": [TWO[0], {"event": "a", "filters": ["b:c"]}]}, "steps[1].filters[0]"),
        ({"name": "x", "steps": TWO, "window": "two weeks"}, "window"),
        ({"name": "x", "steps": TWO, "window": "0d"}, "window"),
        ({"name": "x", "steps": TWO, "window": "366d"}, "window"),
        ({"name": "x", "steps": TWO, "per": "device"}, "per"),
        ({"name": "x", "steps": TWO, "pre": "person"}, "pre"),
    ],
)
def test_a_wrong_funnel_is_named(value: Any, field: str | None) -> None:
    with pytest.raises(Invalid) as caught:
        Funnel.parse(value)
    assert caught.value.field == field


def test_a_request_that_is_no_funnel_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        read("registratio")
    assert caught.value.field == "funnel"
