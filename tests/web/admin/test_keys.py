"""The keys page: replacing keys without anybody noticing, or at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.live_server import Keys
from tests.pages import Browser, Person


@pytest.fixture
def hers(owner: Person, sign_in: Callable[..., Browser]) -> Browser:
    """Alice, who owns the server, signed in."""
    return sign_in(owner)


def shown(page: str, kind: str) -> str | None:
    found = re.search(rf"{kind}_[\w-]{{32,}}", page)
    return found[0] if found else None


def test_the_page_shows_the_public_key_and_no_secret(hers: Browser, site: Keys) -> None:
    page = hers.get(f"/sites/{site.id}/settings/keys").text
    assert site.site_key in page and shown(page, "sk") is None and shown(page, "ts") is None
    assert "Previous keys" not in page


def test_a_new_secret_key_is_shown_once_and_the_old_one_works_on(
    app: Flask, hers: Browser, site: Keys
) -> None:
    path = f"/sites/{site.id}/settings/keys"
    answer = hers.post(f"{path}/secret", page=path)
    assert answer.status_code == 302 and answer.headers["Location"] == path
    page = hers.get(path).text
    made = shown(page, "sk")
    assert made and made != site.secret_key and "old one works for another day" in page
    assert shown(hers.get(path).text, "sk") is None, (
        "loading the page again shows nothing, and makes no new one"
    )
    directory = app.extensions["desirepath"].sites
    assert directory.by_secret_key(made) == directory.by_secret_key(site.secret_key) is not None

    assert "Previous keys" in hers.get(path).text
    hers.post(f"{path}/revoke")
    assert directory.by_secret_key(site.secret_key) is None
    assert directory.by_secret_key(made) is not None
    assert "Previous keys still work" not in hers.get(path).text


def test_a_new_token_secret_is_shown_once_and_tokens_of_the_old_one_work_on(
    app: Flask, hers: Browser, site: Keys
) -> None:
    path = f"/sites/{site.id}/settings/keys"
    hers.post(f"{path}/token", page=path)
    made = shown(hers.get(path).text, "ts")
    assert made and shown(hers.get(path).text, "ts") is None
    assert app.extensions["desirepath"].sites.by_id(site.id).token_secrets == (made, site.token_secret)


def test_what_one_made_nobody_else_is_shown(
    hers: Browser, site: Keys, new_person: Callable[..., Person], sign_in: Callable[..., Browser]
) -> None:
    path = f"/sites/{site.id}/settings/keys"
    other = sign_in(new_person("bob@example.org", owner=True))
    hers.post(f"{path}/secret", page=path)
    assert shown(other.get(path).text, "sk") is None
    assert shown(hers.get(path).text, "sk") is not None
