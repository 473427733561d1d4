"""The support commands on the data of a server that runs."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live_server import COMMAND, Keys, LiveServer, serving

ADA = {"id": "42", "email": "ada@example.org", "name": "Ada \x1b[31mLovelace"}
HOUR = 3_600_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serving(tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture(scope="module")
def shop(server: LiveServer) -> Keys:
    """One user who paid an hour ago, and another."""
    from tracker import clock

    keys, then = server.create_site("Shop", "--timezone", "Asia/Kolkata"), clock.now_ms() - HOUR
    told = {"reference": "order-1", "amount": "20.00", "currency": "EUR"}
    batch = {
        "events": [
            {"eventName": "registration_succeeded", "user": ADA, "timestamp": then - HOUR},
            {"eventName": "payment_completed", "user": ADA, "timestamp": then, "properties": told},
            {"eventName": "report_failed", "user": ADA, "timestamp": then,
             "properties": {"status": "failed", "error_message": "out of paper"}},
            {"eventName": "hello", "user": {"id": "7", "email": "ben@example.org"}},
        ]
    }  # fmt: skip
    assert server.track(batch, Authorization=f"Bearer {keys.secret_key}")[0] == 200
    return keys


def refused(server: LiveServer, *arguments: str) -> str:
    """What a command that fails says, in one sentence."""
    done = subprocess.run(
        [*COMMAND, *arguments, "--data", str(server.data)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and done.stdout == "" and done.stderr.count("\n") == 1, done
    return done.stderr


def balance(server: LiveServer, keys: Keys, person: str = "42") -> Any:
    """What the question says; asked until it knows the last event."""
    path = f"/api/v1/sites/{keys.id}/credits?person={person}"
    return server.get(path, Authorization=f"Bearer {keys.secret_key}")[1]


def test_check_tells_what_is_wrong(server: LiveServer, shop: Keys) -> None:
    told = server.cli("user", "check", "Ada@example.org")
    assert told.splitlines()[0] == "Ada@example.org on Shop: paid, and not credited"
    assert "order-1 (20.00 EUR) was paid, but no webhook" in told
    assert "User 42 (told by your server): Ada" in told and "\x1b" not in told
    for words in ("registration_succeeded", "STUCK", "report_failed: out of paper", "3 events"):
        assert words in told
    found = json.loads(server.cli("user", "check", "ada@example.org", "--json"))
    assert (found["exists"], found["verdict"], found["stuck"]) == (True, "paid_not_credited", ["order-1"])
    assert found["payments"][0]["amount"] == "20.0000"
    assert "ben@example.org" in server.cli("user", "check", "ben@exmaple.org")


def test_list(server: LiveServer, shop: Keys) -> None:
    rows = [line.split("\t") for line in server.cli("user", "list").splitlines()]
    assert [(row[0], row[1], row[5]) for row in rows] == [
        ("42", "ada@example.org", "3"),
        ("7", "ben@example.org", "1"),
    ]
    assert server.cli("user", "list", "--search", "BEN@", "--limit", "1").startswith("7\t")
    assert server.cli("user", "list", "--after", "42").startswith("7\t")


def test_credits_and_the_payment_they_are_for(server: LiveServer, shop: Keys) -> None:
    (row,) = server.cli("payments", "stuck").splitlines()
    assert row.split("\t")[:3] == ["order-1", "20.00 EUR", "42"]
    why = ("--reason", "webhook lost")
    paid = ("credits", "add", "ada@example.org", "20", "--reference", "order-1", "--currency", "EUR", *why)
    assert "20.00 EUR left" in server.cli(*paid)
    assert server.cli(*paid).startswith("Nothing was done")
    assert server.cli("payments", "stuck") == ""
    assert "5.125 added to user 42; 5.125 left" in server.cli("credits", "add", "42", "5.125", *why).replace(
        "Done: ", ""
    )
    assert "4.125 left" in server.cli("credits", "deduct", "id:42", "1", *why)
    told = server.cli("credits", "balance", "ada@example.org", "--last", "1").splitlines()
    assert told[0] == "User 42 has 4.125, 20.00 EUR." and len(told) == 2 and "webhook lost" in told[1]
    kept = server.events(shop, name="credits_added")
    assert {event["properties"]["by"] for event in kept} == {"command line"}


def test_commands_and_server_share_one_balance(server: LiveServer, shop: Keys) -> None:
    bearer = {"Authorization": f"Bearer {shop.secret_key}", "Content-Type": "application/json"}

    def over_http(operation: str, amount: str, reference: str) -> int:
        body = {"user": "7", "operation": operation, "amount": amount, "reference": reference}
        path = f"/api/v1/sites/{shop.id}/credits"
        return server.request("POST", path, json.dumps(body).encode(), bearer)[0]

    assert over_http("add", "10", "start") == 200
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(over_http("deduct", "1", f"http-{n}")))
        for n in range(12)
    ]
    command = [
        *COMMAND,
        "credits",
        "deduct",
        "7",
        "4",
        "--reason",
        "r",
        "--reference",
        "cli",
        "--data",
        str(server.data),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as beside:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        beside.communicate(timeout=60)
    spent = answers.count(200) + (4 if beside.returncode == 0 else 0)
    assert set(answers) <= {200, 409}
    assert f"User 7 has {10 - spent}.00." in server.cli("credits", "balance", "7")
    assert spent <= 10


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("credits", "add", "nobody@example.org", "5", "--reason", "r"), "Nobody is known"),
        (("credits", "add", "42", "five", "--reason", "r"), "amount must be a number"),
        (("credits", "deduct", "42", "1000000", "--reason", "r"), "cannot be deducted"),
        (("credits", "balance", "42", "--site", "99"), "no site 99"),
        (("user", "list", "--site", "99"), "no site 99"),
    ],
)
def test_failures_are_one_sentence(
    server: LiveServer, shop: Keys, arguments: tuple[str, ...], words: str
) -> None:
    assert words in refused(server, *arguments)


def test_with_several_sites_one_must_be_said(server: LiveServer, shop: Keys) -> None:
    """Last: it adds a site."""
    other = server.create_site("Other")
    said = refused(server, "user", "check", "ada@example.org")
    assert "--site" in said and "Shop" in said and "Other" in said
    assert "never registered" in server.cli("user", "check", "ada@example.org", "--site", str(other.id))
