"""What is said of a site's settings: each says something of its own, and nothing that is not so."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

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
