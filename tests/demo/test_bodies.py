"""What is generated must pass the real doors and the real pipeline, and come out as it went in."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from tests.demo.conftest import is_robot
from tracker.demo import SITES, DemoRequest
from tracker.domain.arrival import Arrival
from tracker.domain.event import MAX_EVENTS, MAX_NAME, Trust
from tracker.domain.site import Site
from tracker.doors import native
from tracker.enrich.geo import Country
from tracker.enrich.visitor import VisitorHash
from tracker.ingest.pipeline import Pipeline
from tracker.ingest.tools import Tools

RULES = {
    site.slug: Site(number, site.name, site.time_zone, "pk_demo", "", rules=site.rules)
    for number, site in enumerate(SITES, 1)
}


def test_bodies_have_the_native_shape(made: list[DemoRequest]) -> None:
    for request in made:
        body = request.body
        assert set(body) <= {"visitor", "session", "user", "context", "events"}
        assert 1 <= len(body["events"]) <= MAX_EVENTS
        for event in body["events"]:
            assert {"id", "eventName", "timestamp"} <= set(event)
            assert set(event) <= {"id", "eventName", "timestamp", "properties", "context", "interactive"}
            assert 1 <= len(event["eventName"]) <= MAX_NAME


def test_event_ids_are_unique_and_sort_by_time(made: list[DemoRequest]) -> None:
    events = [event for request in made for event in request.body["events"]]
    identities = [event["id"] for event in events]
    assert len(set(identities)) == len(identities)
    for event in events:
        assert event["id"][14] == "7"
        assert event["id"][19] in "89ab"
        assert int(event["id"].replace("-", "")[:12], 16) == event["timestamp"]


def test_credits_and_webhooks_come_from_servers_only(made: list[DemoRequest]) -> None:
    of_servers = {"webhook_received", "credits_added", "credits_deducted", "sms_received"}
    for request in made:
        names = {event["eventName"] for event in request.body["events"]}
        assert (request.trust == "secret") == bool(names & of_servers)


def test_a_token_is_for_a_user(made: list[DemoRequest]) -> None:
    of_tokens = [request for request in made if request.trust == "token"]
    assert {request.site for request in of_tokens} == {"peepal-pay"}
    assert all(request.body["user"]["id"] for request in of_tokens)


def test_the_pipeline_takes_everything_and_finds_no_secret_in_it(made: list[DemoRequest]) -> None:
    pipeline = Pipeline(Tools(Country(None), VisitorHash(b"salt", None)))
    robots: dict[bool, set[bool]] = defaultdict(set)
    for request in made[:20_000]:
        arrival = Arrival(
            RULES[request.site],
            Trust(request.trust),
            request.received_at,
            address=request.address,
            user_agent=request.user_agent,
        )
        passed = pipeline.run(arrival, native.read(request.body).events)
        assert passed.drops == []
        for event, sent in zip(passed.events, request.body["events"], strict=True):
            assert event.at == sent["timestamp"]
            assert msgspec.json.decode(event.properties) == sent.get("properties", {})
            robots[is_robot(request)].add(event.bot is not None)
    assert robots == {True: {True}, False: {False}}


def test_addresses_belong_to_people_of_many_countries(made: list[DemoRequest]) -> None:
    people = [request for request in made if request.trust != "secret"]
    assert len({request.address for request in people}) > 500
    assert len({request.user_agent for request in people}) > 25
