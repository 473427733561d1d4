"""Stuck payments are told once for each channel, tried again after trouble, and survive a restart."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.conftest import NOW
from tests.notify.place import Place
from tests.notify.receivers import MailServer, Receiver
from tests.web.events import write
from tracker import clock
from tracker.extensions import writing
from tracker.models import AlertChannel
from tracker.notify import channels, outbox, stuck
from tracker.notify.alerts import AT_ONCE, Alerts
from tracker.notify.channels import Wanted

MINUTE = 60_000
LATE = NOW + 20 * MINUTE
"""When a payment of NOW is stuck."""


class Telling(Place):
    """It tells of stuck payments when a test says so."""

    def open(self) -> None:
        super().open()
        self.alerts = Alerts(self.settings, self.services.sites, self.services.readers)

    def channel(self, kind: str, target: str, now_ms: int = NOW) -> int:
        return self.add(kind, target, now_ms, Wanted())

    def paid(self, reference: str, at: int = NOW, name: str = "payment_completed", **about: Any) -> None:
        told = json.dumps({"reference": reference, "amount": "20.5", "currency": "EUR", **about})
        write(self.app, self.site, at, {"name": name, "user_id": "42", "flags": 3, "properties": told})


@pytest.fixture
def place(tmp_path: Path, mail: MailServer) -> Iterator[Telling]:
    found = Telling(tmp_path / "data", mail.port)
    yield found
    found.close()


def references(far: Receiver) -> list[list[str]]:
    return [[one["reference"] for one in json.loads(body)["payments"]] for _, _, body in far.calls]


def test_a_stuck_payment_is_told_once_through_every_channel(
    place: Telling, mail: MailServer, far: Receiver
) -> None:
    place.channel("email", "ops@example.org")
    place.channel("webhook", far.url)
    place.paid("order 17", error_message="webhook lost")
    place.paid("fine")
    place.paid("fine", NOW + MINUTE, "credits_added")
    place.alerts.run(NOW + 14 * MINUTE)
    assert mail.mails == [] and far.calls == []
    for later in range(4):
        place.alerts.run(LATE + later * MINUTE)
    (one,) = mail.mails
    assert one.to == ["TO:<ops@example.org>"]
    assert one.message["Subject"] == "A payment is stuck on Corner Shop"
    text = one.message.get_content()  # type: ignore[attr-defined]
    for words in ("order 17: 20.50 EUR", "no webhook of the provider came", "webhook lost",
                  "https://stats.example.org/sites/1/payment?reference=order+17"):  # fmt: skip
        assert words in text
    assert references(far) == [["order 17"]]
    told = json.loads(far.calls[0][2])
    assert told["type"] == "payment_stuck" and told["site"] == {"id": place.site, "name": "Corner Shop"}
    assert told["payments"][0] == {
        "reference": "order 17", "user": "42", "amount": "20.50", "currency": "EUR",
        "paidAt": "2025-10-09T08:53:20.000Z", "webhookReceived": False, "errorMessage": "webhook lost",
        "url": "https://stats.example.org/sites/1/payment?reference=order+17",
    }  # fmt: skip
    assert place.told() == [("order 17", "sent", 1)] * 2


def test_what_was_stuck_before_a_channel_was_added_is_not_told(place: Telling, far: Receiver) -> None:
    place.paid("before")
    place.channel("webhook", far.url, LATE)
    place.paid("after", LATE)
    place.alerts.run(LATE + 20 * MINUTE)
    assert references(far) == [["after"]]


def test_trouble_is_tried_again_later_and_a_restart_forgets_nothing(place: Telling, far: Receiver) -> None:
    place.channel("webhook", far.url)
    place.paid("a")
    far.status = 500
    place.alerts.run(LATE)
    assert place.told() == [("a", "waiting", 1)]
    assert not place.alerts.due(LATE + MINUTE - 1)
    place.alerts.run(LATE + MINUTE - 1)
    assert len(far.calls) == 1, "not before its time"
    place.close()
    place.open()
    place.alerts.run(LATE + MINUTE)
    assert len(far.calls) == 2
    far.status = 204
    place.paid("b")
    place.alerts.run(LATE + 3 * MINUTE)
    assert references(far)[2:] == [["b"]], "news do not wait for what is in trouble"
    place.alerts.run(LATE + 6 * MINUTE)
    assert references(far)[3:] == [["a"]]
    ids = [json.loads(body)["id"] for _, _, body in far.calls]
    assert ids[0] == ids[1] == ids[3] != ids[2], "a receiver can tell what it knows"
    place.alerts.run(LATE + 2_000 * MINUTE)
    assert place.told() == [("b", "sent", 1), ("a", "sent", 3)] and len(far.calls) == 4


def test_it_is_given_up_after_days(place: Telling, far: Receiver) -> None:
    place.channel("webhook", far.url)
    place.paid("a")
    far.status = 503
    now = LATE
    place.alerts.run(now)
    for pause in outbox.PAUSES:
        now += pause
        assert place.alerts.due(now)
        place.alerts.run(now)
    assert place.told() == [("a", "given_up", len(outbox.PAUSES) + 1)]
    place.alerts.run(now + 10 * outbox.PAUSES[-1])
    assert len(far.calls) == len(outbox.PAUSES) + 1


def test_what_was_credited_meanwhile_is_not_told(place: Telling, far: Receiver) -> None:
    place.channel("webhook", far.url)
    place.paid("a")
    far.status = 500
    place.alerts.run(LATE)
    place.paid("a", LATE, "credits_added")
    far.status = 200
    place.alerts.run(LATE + 5 * MINUTE)
    assert len(far.calls) == 1 and place.told() == [("a", "settled", 1)]


def test_a_broken_channel_holds_up_no_other(place: Telling, mail: MailServer, far: Receiver) -> None:
    mail.recipient_answer = "550 no such user"
    place.channel("email", "gone@example.org")
    place.channel("webhook", far.url)
    place.paid("a")
    place.alerts.run(LATE)
    assert references(far) == [["a"]]
    with place.app.app_context():
        problems = [one.problem or "" for one in channels.latest(place.site)]
    assert any("550 no such user" in one for one in problems)


def test_many_at_once_are_few_messages(place: Telling, far: Receiver) -> None:
    place.channel("webhook", far.url)
    for n in range(AT_ONCE + 2):
        place.paid(f"p{n:03}")
    place.alerts.run(LATE)
    place.alerts.run(LATE + 1)
    assert [len(one) for one in references(far)] == [AT_ONCE, 2]


def test_a_channel_that_is_removed_is_told_nothing_more(place: Telling, far: Receiver) -> None:
    number = place.channel("webhook", far.url)
    place.paid("a")
    far.status = 500
    place.alerts.run(LATE)
    with place.app.app_context():
        channels.remove(place.site, number, LATE, None)
    place.alerts.run(LATE + 10 * MINUTE)
    assert len(far.calls) == 1 and outbox.channels(place.settings.meta_path) == []
    assert not outbox.anything_due(place.settings.meta_path, stuck.ALERT, LATE + 9_999 * MINUTE)


def test_what_is_over_is_forgotten_one_day(place: Telling, far: Receiver) -> None:
    place.channel("webhook", far.url)
    place.paid("a")
    place.alerts.run(LATE)
    place.alerts.run(LATE + outbox.KEPT_MS + MINUTE)
    assert place.told() == [] and len(far.calls) == 1, "nor told again: it began too long ago"


def test_the_server_looks_by_itself(app: Flask, new_site: Callable[..., Any], far: Receiver) -> None:
    """With its own clock and threads; a webhook that may not go there tells so."""
    site, past = new_site("Shop"), clock.now_ms() - 20 * MINUTE
    told = json.dumps({"reference": "a", "amount": "1"})
    with app.app_context(), writing() as session:
        session.add(AlertChannel(site_id=site.id, kind="webhook", target=far.url, secret="s", added_at=past))
    write(app, site.id, past, {"name": "payment_completed", "flags": 3, "properties": told})
    found: list[channels.Sent] = []
    deadline = time.monotonic() + 200
    while not found or not found[0].problem:
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
        with app.app_context():
            found = channels.latest(site.id)
    assert "not public" in (found[0].problem or "") and far.calls == []
