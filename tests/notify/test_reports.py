"""Reports go out once each, in the morning, with the figures of pages and API; trouble is tried again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.notify.place import Place
from tests.notify.receivers import MailServer, Receiver
from tests.web.events import until_counted, write
from tracker.notify import channels
from tracker.notify.channels import Wanted
from tracker.notify.reports import Reports
from tracker.notify.stretch import Every
from tracker.web import report

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MONDAY = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp() * 1000)
SEVEN = MONDAY + 7 * HOUR
SUNDAY = MONDAY - 12 * HOUR


class Counting(Place):
    """It counts what comes in, by itself, and sends reports when a test says so."""

    def open(self) -> None:
        super().open()
        self.services.sync.start()
        until_counted(self.services)
        self.reports = Reports(self.settings, self.services.sites, self.services.write_report)

    def channel(self, kind: str, target: str, every: Every, now_ms: int = SUNDAY) -> int:
        return self.add(kind, target, now_ms, Wanted(stuck=False, report=every))

    def visits(self, at: int, *visitors: str) -> None:
        page = {"context": '{"path":"/start"}'}
        write(self.app, self.site, at, *({"visitor": one, **page} for one in visitors))
        until_counted(self.services)


@pytest.fixture
def place(tmp_path: Path, mail: MailServer) -> Iterator[Counting]:
    found = Counting(tmp_path / "data", mail.port, SUNDAY)
    yield found
    found.close()


def test_a_week_is_told_once_on_monday_with_the_figures_of_the_api(
    place: Counting, mail: MailServer, far: Receiver
) -> None:
    place.channel("email", "boss@example.org", Every.WEEK)
    place.channel("webhook", far.url, Every.WEEK)
    place.visits(SUNDAY - 8 * DAY, "a", "b", "c", "d")
    place.visits(SUNDAY - 2 * DAY, "a", "b", "e")
    place.visits(MONDAY + HOUR, "f")
    place.reports.run(SEVEN - 1)
    assert mail.mails == [] and far.calls == []
    for later in range(3):
        place.reports.run(SEVEN + later * MINUTE)
    (one,) = mail.mails
    assert one.to == ["TO:<boss@example.org>"]
    assert one.message["Subject"] == "Corner Shop: 16 to 22 November 2026"
    text = one.message.get_content()  # type: ignore[attr-defined]
    for line in ("         3  Visitors (down 25%)", "         3  active", "         1  of them new",
                 "         2  here the week before as well", "         2  were active the week before and",
                 "         3  /start",
                 "https://stats.example.org/sites/1/overview?from=2026-11-16&to=2026-11-22"):  # fmt: skip
        assert line in text, text
    told = json.loads(far.calls[0][2])
    assert (told["type"], told["every"], told["from"], told["to"]) == (
        "report", "week", "2026-11-16", "2026-11-22",
    )  # fmt: skip
    client, key = place.app.test_client(), {"Authorization": f"Bearer {place.created.secret_key}"}
    for name, (question, params) in report.ASKED.items():
        asked = {"from": "2026-11-16", "to": "2026-11-22", "interval": "week", **params}
        answer = client.get(f"/api/v1/sites/{place.site}/{question}", query_string=asked, headers=key)
        assert answer.status_code == 200
        assert told["answers"][name] == answer.get_json(), name
    assert place.told() == [("week:2026-11-16", "sent", 1)] * 2


def test_a_server_that_was_down_tells_what_ended_last(place: Counting, far: Receiver) -> None:
    place.channel("webhook", far.url, Every.DAY, SUNDAY - 5 * DAY)
    place.close()
    place.open()
    place.reports.run(SEVEN + 9 * HOUR)
    place.reports.run(SEVEN + DAY)
    assert [json.loads(body)["from"] for _, _, body in far.calls] == ["2026-11-22", "2026-11-23"]


def test_what_was_due_before_somebody_asked_is_not_told(place: Counting, far: Receiver) -> None:
    place.channel("webhook", far.url, Every.MONTH)
    place.channel("webhook", f"{far.url}?week", Every.WEEK, SEVEN + 1)
    place.reports.run(SEVEN + HOUR)
    assert far.calls == []


def test_trouble_is_tried_again(place: Counting, far: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    place.channel("webhook", far.url, Every.WEEK)
    far.status = 500
    place.reports.run(SEVEN)
    assert place.told() == [("week:2026-11-16", "waiting", 1)]
    far.status = 200
    place.services.sync.stop()
    monkeypatch.setattr(report, "CATCH_UP_SECONDS", 0.0)
    write(place.app, place.site, MONDAY, {"visitor": "late"})
    assert place.reports.due(SEVEN + MINUTE)
    place.reports.run(SEVEN + MINUTE)
    assert place.told() == [("week:2026-11-16", "waiting", 2)], "figures that are behind are not told"
    assert len(far.calls) == 1
    monkeypatch.undo()
    place.close()
    place.open()
    place.reports.run(SEVEN + 6 * MINUTE)
    assert place.told() == [("week:2026-11-16", "sent", 3)]
    assert len(far.calls) == 2


def test_what_is_not_wanted_any_more_is_dropped(place: Counting, far: Receiver) -> None:
    number = place.channel("webhook", far.url, Every.WEEK)
    far.status = 500
    place.reports.run(SEVEN)
    with place.app.app_context():
        channels.change(place.site, number, Wanted(stuck=True), SEVEN, None)
    far.status = 200
    place.reports.run(SEVEN + HOUR)
    assert len(far.calls) == 1 and place.told() == []


def test_an_empty_site_has_a_report_too(place: Counting, mail: MailServer) -> None:
    place.channel("email", "boss@example.org", Every.DAY)
    place.reports.run(SEVEN)
    text = mail.mails[0].message.get_content()  # type: ignore[attr-defined]
    assert "         0  Visitors" in text and "Pages" not in text and "None" not in text
