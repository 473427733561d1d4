"""The alerts page: channels added, tried and removed; the secret shown once; what was told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from flask import Flask

from tests.apps import running
from tests.live_server import Keys
from tests.notify.receivers import MailServer, Receiver
from tests.pages import Browser, Person
from tests.web.events import until_counted, write
from tracker import clock
from tracker.config import Settings

DAY_MS = 86_400_000


@pytest.fixture
def settings(tmp_path: object, mail: MailServer) -> Settings:
    return Settings.read(
        {}, data=f"{tmp_path}/data", smtp_host="127.0.0.1", smtp_port=str(mail.port), smtp_security="none",
        webhook_networks="127.0.0.0/8",
    )  # fmt: skip


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with running(settings) as app:
        yield app


@pytest.fixture
def hers(owner: Person, sign_in: Callable[..., Browser]) -> Browser:
    return sign_in(owner)


def seen(browser: Browser, path: str) -> str:
    return unescape(browser.get(path).text)


def test_from_added_to_removed(hers: Browser, site: Keys, mail: MailServer, far: Receiver) -> None:
    path = f"/sites/{site.id}/settings/alerts"
    assert hers.post(f"{path}/email", page=path, target=" ops@example.org ", stuck="1").status_code == 302
    assert hers.post(f"{path}/webhook", page=path, target=far.url, stuck="1").status_code == 302
    page = seen(hers, path)
    secret = re.search(r"ws_[\w-]{40,}", page)
    assert secret and "ops@example.org" in page and far.url in page
    assert secret[0] not in seen(hers, path), "shown once"
    tests = re.findall(rf'action="({path}/\d+/test)"', page)
    removals = re.findall(rf'action="({path}/\d+/remove)"', page)
    for one in tests:
        hers.post(one, page=path)
        assert "was sent." in seen(hers, path)
    assert len(mail.mails) == len(far.calls) == 1
    assert mail.mails[0].message["Subject"].startswith("Test: ") and b'"test":true' in far.calls[0][2]
    far.status = 500
    hers.post(tests[1], page=path)
    assert "was not sent. localhost answered with status 500." in seen(hers, path)
    for one in removals:
        assert hers.post(one, page=path).status_code == 302
    assert "Send a test" not in seen(hers, path)
    assert hers.post(removals[0], page=path).status_code == 404
    changes = seen(hers, f"/sites/{site.id}/settings")
    assert changes.count("alerts added") == changes.count("alerts removed") == 2


@pytest.mark.parametrize(
    ("kind", "target", "words"),
    [
        ("email", "nobody", "one e-mail address"),
        ("email", "", "one e-mail address"),
        ("webhook", "ftp://example.org/", "not an address"),
        ("webhook", "https://10.0.0.1/<x>", "not public"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(
    hers: Browser, site: Keys, kind: str, target: str, words: str
) -> None:
    path = f"/sites/{site.id}/settings/alerts"
    answer = hers.post(f"{path}/{kind}", page=path, target=target, stuck="1")
    assert answer.status_code == 400 and "<x>" not in answer.text
    said = re.search(rf'<p class="error" id="error-{kind}" role="alert">([^<]*)</p>', answer.text)
    assert said and words in unescape(said[1])
    assert re.search(rf'id="target-{kind}"[^>]*aria-invalid="true"', answer.text)
    assert "Send a test" not in seen(hers, path)


def test_twice_the_same_and_a_kind_there_is_not(hers: Browser, site: Keys) -> None:
    path = f"/sites/{site.id}/settings/alerts"
    hers.post(f"{path}/email", page=path, target="a@b.example", stuck="1")
    answer = hers.post(f"{path}/email", page=path, target="a@b.example", stuck="1")
    assert answer.status_code == 409 and "go there already" in answer.text
    assert hers.post(f"{path}/pigeon", page=path, target="x", stuck="1").status_code == 404


def test_a_channel_of_one_site_is_none_of_another(
    hers: Browser, site: Keys, new_site: Callable[..., Keys]
) -> None:
    other = new_site("Other")
    hers.post(f"/sites/{other.id}/settings/alerts/email", target="a@b.example", stuck="1")
    for act in ("test", "remove", "told"):
        assert hers.post(f"/sites/{site.id}/settings/alerts/1/{act}", stuck="1").status_code == 404
    assert "a@b.example" in seen(hers, f"/sites/{other.id}/settings/alerts")


def test_reports_are_chosen_tried_and_shown(
    app: Flask, hers: Browser, site: Keys, mail: MailServer, far: Receiver
) -> None:
    write(app, site.id, clock.now_ms() - 8 * DAY_MS, {"visitor": "one"}, {"visitor": "two"})
    until_counted(app.extensions["desirepath"])
    path = f"/sites/{site.id}/settings/alerts"
    assert hers.post(f"{path}/email", page=path, target="ops@example.org", report="week").status_code == 302
    assert "a report every week" in seen(hers, path) and "stuck payments," not in seen(hers, path)
    hers.post(f"{path}/1/test", page=path)
    (told,) = mail.mails
    shown = seen(hers, f"{path}/report?every=week")
    assert told.message["Subject"].removeprefix("Test: ") in shown
    text = "\n".join(told.message.get_content().splitlines()).strip()
    assert "2  Visitors" in text and text in shown
    assert hers.post(f"{path}/1/told", page=path, stuck="1", report="month").status_code == 302
    assert "stuck payments, a report every month" in seen(hers, path)
    hers.post(f"{path}/1/test", page=path)
    assert len(mail.mails) == 3, "one of a payment, one of the month"
    hers.post(f"{path}/1/told", page=path)
    assert "Choose something to be told" in seen(hers, path)
    assert "stuck payments, a report every month" in seen(hers, path)
    for nonsense in ("hour", "<i>"):
        answer = hers.post(f"{path}/webhook", page=path, target=far.url, report=nonsense)
        assert answer.status_code == 400 and "A report is of a day" in answer.text
        assert hers.get(f"{path}/report?every={nonsense}").status_code == 400
