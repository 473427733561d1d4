"""The native batch: what is taken, what is refused and with which words."""

from __future__ import annotations

import gzip
import json
import uuid
from typing import Any

import pytest

from tests.doors.conftest import CHROME, NOW, SECRET, TOKEN_SECRET, Street
from tracker.domain.event import Flag
from tracker.domain.site import Identity

MINUTE = 60_000
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)


def test_one_event_needs_a_name_only(street: Street) -> None:
    assert street.track({"eventName": "opened"}) == {
        "success": True,
        "accepted": 1,
        "duplicates": 0,
        "errors": [],
    }
    [event] = street.stored()
    assert (event.name, event.at, event.received_at, event.user_id) == ("opened", NOW, NOW, None)
    assert event.flags == Flag.INTERACTIVE | Flag.DAILY_VISITOR
    assert event.client["browser"] == "Chrome" and event.client["device"] == "desktop"
    assert event.bot is None


def test_everything_a_batch_may_say_is_kept(street: Street) -> None:
    street.track(
        {"id": "evt-1", "name": "button_clicked", "properties": {"button": "generate"}, "timestamp": NOW - 5},
        {
            "eventName": "pageview",
            "timestamp": "2025-10-09T08:53:19.500+00:00",
            "context": {"url": "https://www.example.org/b?utm_source=news&utm_medium=email"},
        },
        visitor="v-1",
        session="s-1",
        user={"id": 42, "name": "Alice", "email": "a@example.org", "traits": {"plan": "pro"}},
        context={
            "url": "https://example.org/a?x=1",
            "referrer": "https://www.google.com/",
            "title": "A",
            "screen": "1920x1080",
            "viewport": "1280x720",
            "language": "en-GB",
        },
    )
    first, second = street.stored()
    assert (first.event_id, first.name, first.at) == ("evt-1", "button_clicked", NOW - 5)
    assert (first.visitor, first.session, first.user_id) == ("v-1", "s-1", "42")
    assert first.profile == {"name": "Alice", "email": "a@example.org", "traits": {"plan": "pro"}}
    assert first.properties == {"button": "generate"}
    assert first.context["path"] == "/a" and first.context["title"] == "A"
    assert first.context["source"] == "Google" and first.context["channel"] == "Organic Search"
    assert first.client["screen"] == "1920x1080" and first.client["language"] == "en-GB"
    assert (second.name, second.at) == ("page_viewed", NOW - 500)
    assert second.context["path"] == "/b" and second.context["utm_source"] == "news"
    assert second.context["channel"] == "Email"


def test_a_bad_event_never_costs_its_neighbours(street: Street) -> None:
    answer = street.track({"eventName": "good"}, {"eventName": ""}, 7, {"eventName": "also good"})
    assert answer["accepted"] == 2
    assert [(e["index"], e["field"]) for e in answer["errors"]] == [(1, "eventName"), (2, "events")]
    assert [e.name for e in street.stored()] == ["good", "also good"]


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({}, "eventName"),
        ({"eventName": None}, "eventName"),
        ({"eventName": 7}, "eventName"),
        ({"eventName": "  "}, "eventName"),
        ({"eventName": "x" * 121}, "eventName"),
        ({"eventName": "a\nb"}, "eventName"),
        ({"eventName": "x", "id": 7}, "id"),
        ({"eventName": "x", "id": ""}, "id"),
        ({"eventName": "x", "id": "x" * 201}, "id"),
        ({"eventName": "x", "timestamp": "soon"}, "timestamp"),
        ({"eventName": "x", "timestamp": 1_760_000_000}, "timestamp"),
        ({"eventName": "x", "timestamp": True}, "timestamp"),
        ({"eventName": "x", "timestamp": -5}, "timestamp"),
        ({"eventName": "x", "properties": []}, "properties"),
        ({"eventName": "x", "properties": {str(n): n for n in range(101)}}, "properties"),
        ({"eventName": "x", "properties": {"a": "y" * 33_000}}, "properties"),
        ({"eventName": "x", "interactive": "no"}, "interactive"),
        ({"eventName": "x", "context": {"url": 7}}, "context.url"),
    ],
)
def test_each_error_names_its_field(street: Street, event: dict[str, Any], field: str) -> None:
    answer = street.track(event, status=400)
    assert answer["success"] is False and answer["accepted"] == 0
    assert answer["errors"][0]["field"] == answer["error"]["field"] == field
    assert answer["error"]["message"].endswith(".")
    assert street.stored() == []


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"", 400, "body"),
        (b"{", 400, "body"),
        (b"[]", 400, "body"),
        (b'"text"', 400, "body"),
        (b"\xff\xfe", 400, "body"),
        (b"[" * 100_000, 400, "body"),
        (b"\x1f\x8bnot gzip", 400, "body"),
        (b"x" * 1_000_001, 413, "body"),
        ({"site": "pk_shop"}, 400, "events"),
        ({"site": "pk_shop", "events": []}, 400, "events"),
        ({"site": "pk_shop", "events": {}}, 400, "events"),
        ({"site": "pk_shop", "events": [{"eventName": "x"}] * 501}, 413, "events"),
        ({"site": "pk_shop", "events": [{"eventName": "x"}], "context": 5}, 400, "context"),
        ({"site": "pk_shop", "events": [{"eventName": "x"}], "user": []}, 400, "user"),
        ({"site": "pk_shop", "events": [{"eventName": "x"}], "user": {"name": "A"}}, 400, "user.id"),
        ({"site": "pk_shop", "events": [{"eventName": "x"}], "visitor": 5}, 400, "visitor"),
        ({"site": "pk_shop", "events": [{"eventName": "x"}], "session": ""}, 400, "session"),
        ({"site": "pk_shop", "events": [{"eventName": "x"}], "sent_at": "x"}, 400, "sent_at"),
        ({"events": [{"eventName": "x"}]}, 401, "site"),
        ({"site": "pk_nobody", "events": [{"eventName": "x"}]}, 401, "site"),
        ({"site": 5, "events": [{"eventName": "x"}]}, 401, "site"),
        ({"site": SECRET, "events": [{"eventName": "x"}]}, 401, "site"),
    ],
)
def test_each_bad_request_is_told_what_is_wrong(street: Street, body: Any, status: int, field: str) -> None:
    reply = street.send(body)
    error = json.loads(reply.body)["error"]
    assert (reply.status, error["field"]) == (status, field)
    assert (b"access-control-allow-origin", b"*") in reply.headers
    assert street.stored() == []


def test_the_same_batch_five_times_counts_once(street: Street) -> None:
    events = [{"eventName": "paid", "id": str(uuid.uuid4())}, {"eventName": "paid", "id": "own-id"}]
    answers = [street.track(*events) for _ in range(5)]
    assert [a["accepted"] for a in answers] == [2, 0, 0, 0, 0]
    assert [a["duplicates"] for a in answers] == [0, 2, 2, 2, 2]
    assert len(street.stored()) == 2


def test_gzip_is_read_and_a_bomb_is_not(street: Street) -> None:
    batch = json.dumps({"site": "pk_shop", "events": [{"eventName": "zipped"}]}).encode()
    assert street.send(gzip.compress(batch)).status == 200
    assert street.send(gzip.compress(b"0" * 50_000_000)).status == 413
    assert street.send(gzip.compress(batch)[:-9]).status == 400
    assert [e.name for e in street.stored()] == ["zipped"]


@pytest.mark.parametrize("wrong_by", [-3_600_000, 86_400_000 * 400, 6_000])
def test_a_wrong_clock_is_corrected(street: Street, wrong_by: int) -> None:
    there = NOW + wrong_by
    street.track({"eventName": "x", "timestamp": there - MINUTE}, sent_at=there)
    [event] = street.stored()
    assert event.at == NOW - MINUTE and not event.flags & Flag.CLOCK


def test_network_delay_is_no_wrong_clock(street: Street) -> None:
    street.track({"eventName": "x", "timestamp": NOW - MINUTE}, sent_at=NOW - 4_000)
    assert street.stored()[0].at == NOW - MINUTE


def test_the_future_becomes_now_and_is_flagged(street: Street) -> None:
    street.track(
        {"eventName": "soon", "timestamp": NOW + 5 * MINUTE},
        {"eventName": "later", "timestamp": NOW + 5 * MINUTE + 1},
    )
    soon, later = street.stored()
    assert soon.at == NOW + 5 * MINUTE and not soon.flags & Flag.CLOCK
    assert later.at == NOW and later.flags & Flag.CLOCK


@pytest.mark.parametrize(
    "headers",
    [{"x_site_key": "pk_shop"}, {"authorization": "Bearer pk_shop"}, {"authorization": "bearer pk_shop"}],
)
def test_the_public_key_may_come_in_a_header(street: Street, headers: dict[str, str]) -> None:
    reply = street.send({"events": [{"eventName": "x"}]}, **headers)
    assert reply.status == 200
    assert not street.stored()[0].flags & Flag.VERIFIED


def test_a_secret_key_is_believed(street: Street) -> None:
    street.send(
        {
            "user": {"id": "7"},
            "context": {"user_agent": IPHONE},
            "events": [{"eventName": "renewed"}, {"eventName": "webhook_received"}],
        },
        authorization=f"Bearer {SECRET}",
    )
    renewed, webhook = street.stored()
    assert renewed.flags == Flag.VERIFIED | Flag.INTERACTIVE
    assert webhook.flags == Flag.VERIFIED, "no person causes a webhook"
    assert renewed.visitor is None, "a server is no visitor"
    assert renewed.client["os"] == "iOS" and renewed.client["device"] == "mobile"


def test_each_event_of_a_batch_may_be_somebody_elses(street: Street) -> None:
    answer = street.track(
        {"eventName": "a"},
        {"eventName": "b", "user": "8", "visitor": "v-8", "session": "s-8"},
        {"eventName": "c", "user": {"id": 9, "name": "Bob"}},
        {"eventName": "d", "user": None, "session": None},
        {"eventName": "e", "user": []},
        visitor="v-7",
        session="s-7",
        user={"id": "7", "name": "Alice"},
    )
    assert [(e["index"], e["field"]) for e in answer["errors"]] == [(4, "user")]
    assert [(e.name, e.user_id, e.visitor, e.session) for e in street.stored()] == [
        ("a", "7", "v-7", "s-7"),
        ("b", "8", "v-8", "s-8"),
        ("c", "9", "v-7", "s-7"),
        ("d", None, "v-7", None),
    ]
    assert [e.profile for e in street.stored()] == [{"name": "Alice"}, {}, {"name": "Bob"}, {}]


def test_a_server_that_tells_whose_browser_it_was_sends_for_the_same_daily_visitor(street: Street) -> None:
    theirs = {"ip": "198.51.100.7", "user_agent": CHROME}
    street.track({"eventName": "seen_by_the_script"})
    street.send(
        {
            "events": [
                {"eventName": "seen_by_the_server", "context": theirs},
                {"eventName": "elsewhere", "context": {**theirs, "ip": "198.51.100.8"}},
                {"eventName": "with_an_id", "context": theirs, "visitor": "v-1"},
                {"eventName": "without_address", "context": {"user_agent": CHROME}},
            ]
        },
        authorization=f"Bearer {SECRET}",
    )
    script, server, elsewhere, with_id, without = street.stored()
    assert server.visitor == script.visitor != elsewhere.visitor
    assert server.flags == Flag.VERIFIED | Flag.INTERACTIVE | Flag.DAILY_VISITOR
    assert (with_id.visitor, with_id.flags) == ("v-1", Flag.VERIFIED | Flag.INTERACTIVE)
    assert (without.visitor, without.flags) == (None, Flag.VERIFIED)


def test_a_robot_that_a_server_tells_of_is_labelled_unless_it_acts_for_a_user(street: Street) -> None:
    theirs = {"ip": "198.51.100.7", "user_agent": "curl/8.5.0"}
    events = [{"eventName": "crawled"}, {"eventName": "called", "user": "7"}]
    street.send({"context": theirs, "events": events}, authorization=f"Bearer {SECRET}")
    assert [event.bot for event in street.stored()] == ["HTTP library: curl", None]


def test_an_event_of_nobody_is_no_persons_doing(street: Street) -> None:
    street.send({"events": [{"eventName": "cron_ran"}]}, authorization=f"Bearer {SECRET}")
    assert street.stored()[0].flags == Flag.VERIFIED


def test_keys_that_are_wrong_or_of_another_site(street: Street) -> None:
    events = [{"eventName": "x"}]
    assert street.send({"events": events}, authorization="Bearer sk_wrong").status == 401
    reply = street.send({"site": "pk_other", "events": events}, authorization=f"Bearer {SECRET}")
    assert (reply.status, json.loads(reply.body)["error"]["field"]) == (400, "site")
    assert street.stored(1) == street.stored(2) == []


def _token(secret: str = TOKEN_SECRET, **claims: Any) -> str:
    from joserfc import jwt
    from joserfc.jwk import OctKey

    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret))


def test_a_user_token_names_its_user_whatever_the_body_says(street: Street) -> None:
    token = _token(sub="alice", name="Alice", exp=NOW // 1000 + 100)
    reply = street.send(
        {"site": "pk_shop", "user": {"id": "mallory"}, "events": [{"eventName": "x"}]},
        authorization=f"Bearer {token}",
    )
    assert reply.status == 200
    [event] = street.stored()
    assert (event.user_id, event.profile) == ("alice", {"name": "Alice"})
    assert event.flags & Flag.VERIFIED


@pytest.mark.parametrize(
    "token",
    [
        _token("ts_" + "x" * 40, sub="alice"),
        _token(sub="alice", exp=NOW // 1000 - 120),
        _token(sub="alice", nbf=NOW // 1000 + 120),
        _token(name="nobody"),
        "a.b.c",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.",
    ],
)
def test_a_token_that_proves_nothing_is_refused(street: Street, token: str) -> None:
    reply = street.send({"site": "pk_shop", "events": [{"eventName": "x"}]}, authorization=f"Bearer {token}")
    assert reply.status == 401
    assert street.stored() == []


def test_an_expired_token_is_refused_though_it_was_checked_before(street: Street) -> None:
    body = {"site": "pk_shop", "events": [{"eventName": "x"}]}
    token = _token(sub="alice", exp=NOW // 1000 + 10)
    assert street.send(body, authorization=f"Bearer {token}").status == 200
    street.now += 5 * MINUTE
    assert street.send(body, authorization=f"Bearer {token}").status == 401


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://shop.example", 200),
        ("https://www.shop.example:8443", 200),
        ("https://evilshop.example", 403),
        ("https://shop.example.evil.test", 403),
        ("null", 403),
        ("http://[broken", 403),
        ("", 200),
    ],
)
def test_pages_of_other_domains_may_not_send(street: Street, origin: str, status: int) -> None:
    street.rules(domains=("shop.example",))
    headers = {"origin": origin} if origin else {}
    reply = street.send({"site": "pk_shop", "events": [{"eventName": "x"}]}, **headers)
    assert reply.status == status
    if status == 403:
        assert json.loads(reply.body)["error"]["field"] == "origin"
        [refusal] = street.doors.refusals.recent(1)
        assert refusal.origin == origin and refusal.reason == "forbidden"


@pytest.mark.parametrize("header", [{"dnt": "1"}, {"sec_gpc": "1"}])
def test_do_not_track_is_honoured_unless_the_site_says_otherwise(
    street: Street, header: dict[str, str]
) -> None:
    answer = street.track({"eventName": "x"}, headers=header)
    assert answer["accepted"] == 0 and answer["errors"][0]["field"] == "dnt"
    street.rules(honour_dnt=False)
    assert street.track({"eventName": "x"}, headers=header)["accepted"] == 1


def test_a_site_may_keep_known_users_only(street: Street) -> None:
    street.rules(track_anonymous=False)
    assert street.track({"eventName": "x"})["accepted"] == 0
    assert street.track({"eventName": "x"}, user={"id": "1"})["accepted"] == 1


def test_a_cookieless_site_keeps_no_ids_of_browsers(street: Street) -> None:
    street.rules(identity=Identity.COOKIELESS)
    street.track({"eventName": "x"}, visitor="tracking-id", session="s")
    [event] = street.stored()
    assert event.visitor != "tracking-id" and event.session is None
    assert event.flags & Flag.DAILY_VISITOR


def test_addresses_and_user_agents_are_kept_only_where_the_site_says_so(street: Street) -> None:
    street.track({"eventName": "x"})
    street.rules(collect_ip=True, collect_user_agent=True)
    street.track({"eventName": "y"})
    plain, full = street.stored()
    assert "ip" not in plain.context and "user_agent" not in plain.client
    assert full.context["ip"] == "198.51.100.7" and full.client["user_agent"].startswith("Mozilla")


def test_bots_are_labelled_not_dropped(street: Street) -> None:
    bot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    street.track({"eventName": "x"}, headers={"user_agent": bot})
    assert street.stored()[0].bot


def test_secrets_never_reach_the_ledger(street: Street) -> None:
    street.track(
        {"eventName": "paid with 4111111111111111"},
        {"eventName": "x", "properties": {"password": "hunter2", "note": "card 4111 1111 1111 1111"}},
        context={
            "url": "https://shop.example/?token=geheim123",
            "referrer": "https://u:geheim123@a.example/",
            "title": "4111111111111111",
        },
        user={
            "id": "1",
            "name": "4111111111111111",
            "phone_number": "4111 1111 1111 1111",
            "traits": {"api_key": "geheim123"},
        },
    )
    street.writer.stop()
    raw = b"".join(path.read_bytes() for path in street.writer._path.parent.iterdir())
    assert not [s for s in (b"hunter2", b"4111", b"geheim123") if s in raw]


def test_half_a_surrogate_pair_from_a_browser_is_mended(street: Street) -> None:
    reply = street.send(rb'{"site":"pk_shop","events":[{"eventName":"x","properties":{"t":"cut \ud83d"}}]}')
    assert reply.status == 200
    assert street.stored()[0].properties["t"].startswith("cut ")


def test_preflight_and_wrong_methods(street: Street) -> None:
    reply = street.send(b"", method="OPTIONS")
    assert reply.status == 204 and any(h == b"access-control-allow-headers" for h, _ in reply.headers)
    assert street.send(b"", method="GET").status == 404
