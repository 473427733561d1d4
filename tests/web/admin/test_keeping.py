"""Keeping: the page and the API show, check and change the numbers, and say what would go."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.live_server import Keys
from tests.pages import Browser, Person


@pytest.fixture
def hers(owner: Person, sign_in: Callable[..., Browser]) -> Browser:
    """Alice, who owns the server, signed in."""
    return sign_in(owner)


def test_the_page_keeps_everything_until_it_is_told_to_begin(hers: Browser, site: Keys) -> None:
    path = f"/sites/{site.id}/settings/keeping"
    assert "This site keeps everything" in hers.get(path).text
    done = hers.post(
        path, page=path, details="60", errors="ever", names="signup = 365\nlogin = 7", begun="1", archive="1"
    )
    assert done.status_code == 302
    page = hers.get(path).text
    assert "This site keeps everything" not in page and "signup = 365" in page
    noted = hers.get(f"/sites/{site.id}/settings").text
    assert "details 60, errors ever, login 7, signup 365, archived; old ones go" in noted
    assert hers.post(path, page=path, details="60", errors="30", names="").status_code == 302
    assert "This site keeps everything" in hers.get(path).text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("details", "soon", "number of days"),
        ("details", "0", "from 1 to"),
        ("errors", "99999", "from 1 to"),
        ("names", "signup", "one a line"),
        ("names", "payment_completed = 9", "kept for ever"),
    ],
)
def test_wrong_numbers_are_refused_by_name(
    hers: Browser, site: Keys, field: str, value: str, words: str
) -> None:
    path = f"/sites/{site.id}/settings/keeping"
    form = {"details": "90", "errors": "30", "names": ""} | {field: value}
    answer = hers.post(path, page=path, **form)
    assert answer.status_code == 400 and words in answer.text and f'id="error-{field}"' in answer.text


def test_the_api_reads_and_changes_and_names_what_is_wrong(client: FlaskClient, site: Keys) -> None:
    path, headers = f"/api/v1/sites/{site.id}/keeping", {"Authorization": f"Bearer {site.secret_key}"}
    found = client.get(path, headers=headers).get_json()
    assert (found["details"], found["errors"], found["begun"]) == (90, 30, False)
    assert "credits_added" in found["forEver"]
    assert found["archive"] is False
    wanted = {"details": None, "names": {"signup": 400}, "begun": True, "archive": True}
    changed = client.put(path, headers=headers, json=wanted)
    assert changed.get_json()["archive"] is True
    assert (changed.get_json()["details"], changed.get_json()["begun"]) == (None, True)
    for body, field in (
        ({"details": "90"}, "details"),
        ({"names": {"signup": 0}}, "names.signup"),
        ({"names": {"credits_added": 9}}, "names"),
        ({"begun": 1}, "begun"),
        ({"archive": "yes"}, "archive"),
        ({"days": 3}, "days"),
        ([], "body"),
    ):
        refused = client.put(path, headers=headers, json=body)
        assert (refused.status_code, refused.get_json()["error"]["field"]) == (400, field)
    assert client.get(path, headers={"Authorization": f"Bearer {site.site_key}"}).status_code == 401
