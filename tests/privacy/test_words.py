"""What is said of a site's settings: each says something of its own, and nothing that is not so."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from tracker.domain import consent
from tracker.domain.keeping import FOR_EVER, Keeping
from tracker.domain.site import Identity, SiteRules
from tracker.privacy import words

SWITCHES = ("honour_dnt", "track_anonymous", "collect_ip", "collect_user_agent")


def said(rules: SiteRules) -> str:
    return words.plain("Shop", rules)


@pytest.mark.parametrize("switch", SWITCHES)
def test_every_switch_changes_what_is_said(switch: str) -> None:
    for identity in Identity:
        rules = SiteRules(identity=identity)
        assert said(replace(rules, **{switch: True})) != said(replace(rules, **{switch: False}))


def test_no_two_settings_sound_the_same() -> None:
    every = [
        said(SiteRules(identity=identity, **dict(zip(SWITCHES, chosen, strict=True))))
        for identity, chosen in product(Identity, product((True, False), repeat=len(SWITCHES)))
    ]
    assert len(set(every)) == len(every) == 48


def test_what_is_kept_of_addresses_and_browsers_is_said() -> None:
    nothing = said(SiteRules())
    assert "The address itself is not stored" in nothing and "but not the full text" in nothing
    all_of_it = said(SiteRules(collect_ip=True, collect_user_agent=True))
    assert "The internet address (IP) of the visitor" in all_of_it and "not stored" not in all_of_it
    assert "and the full text by which the browser names itself" in all_of_it


def test_who_is_recognised_and_how_to_say_no() -> None:
    cookieless = said(SiteRules(identity=Identity.COOKIELESS))
    assert "no cookie, no id" in cookieless and "Tomorrow nobody can tell" in cookieless
    consent = said(SiteRules(identity=Identity.CONSENT))
    assert "Until somebody agrees" in consent and "may take that back" in consent
    persistent = said(SiteRules(identity=Identity.PERSISTENT, honour_dnt=False))
    assert "random id on the first visit" in persistent and "recorded like all others" in persistent
    assert "Only what people do while they are signed in" in said(SiteRules(track_anonymous=False))


def test_the_text_has_a_heading_a_part_and_names_whom_to_ask() -> None:
    text = words.plain("Shop", SiteRules(), "ask@example.org")
    assert text.startswith("What Shop records\n")
    assert all(f"\n{part.heading}\n- " in text for part in words.parts(SiteRules()))
    assert text.rstrip().endswith("ask@example.org")
    assert "Questions" not in words.plain("Shop", SiteRules())


def test_how_long_is_said_once_things_go() -> None:
    def kept(**numbers: Any) -> str:
        return words.plain("Shop", SiteRules(), "", Keeping(**numbers))

    assert "no date is set" in kept() and "90 days" not in kept()
    usual = kept(begun=True)
    assert "kept for 90 days at most" in usual and "error messages are kept for 30 days" in usual
    assert "no date" not in usual and "first visit stay" in usual and "Single kinds" not in usual
    other = kept(begun=True, details=None, errors=None, names={"signup": 365})
    assert "What people did is kept without a time limit" in other and "none longer than 365 days" in other
    assert "error messages" not in other and "signup" not in other, "names of events are nobody else's"
    assert "some without a time limit" in kept(begun=True, names={"a": 1, "b": None})
    assert "1 day at most" in kept(begun=True, details=1)
    assert consent.NAME in FOR_EVER and "records of consent are kept" in usual
