"""`desirepath import` beside a server that runs: figures follow, and a killed import goes on."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live_server import COMMAND, Keys, LiveServer, serving
from tracker.ledger import connect

START = 1_735_689_600_000
"""2025-01-01."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serving(tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture(scope="module")
def shop(server: LiveServer) -> Keys:
    return server.create_site("Shop")


def run(server: LiveServer, *arguments: str, given: bytes | None = None) -> tuple[int, str, str]:
    command = [*COMMAND, "import", *arguments, "--data", str(server.data)]
    done = subprocess.run(command, input=given, capture_output=True, check=False, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def overview(server: LiveServer, keys: Keys, day: str) -> Any:
    path = f"/api/v1/sites/{keys.id}/overview?from={day}&to={day}"
    return server.get(path, Authorization=f"Bearer {keys.secret_key}")[1]


def settled(ask: Any, wanted: Any) -> Any:
    """What is answered once it is `wanted`, or the last thing."""
    deadline = time.monotonic() + 120
    while (found := ask()) != wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def test_a_table_with_mistakes(server: LiveServer, shop: Keys, tmp_path: Path) -> None:
    file, report = tmp_path / "visits.csv", tmp_path / "report.csv"
    file.write_text(
        "event,timestamp,visitor,url\n"
        "page_viewed,2025-03-01T10:00:00Z,ann,https://shop.example/\n"
        "page_viewed,2025-03-01T10:05:00Z,ann,https://shop.example/cart\n"
        "page_viewed,soon,ben,https://shop.example/\n"
        "page_viewed,2025-03-01T23:59:59Z,ben,https://shop.example/\n"
    )
    code, told, _ = run(server, str(file), "--dry-run")
    assert (code, told) == (1, "4 events read: 3 can be taken, 1 cannot. Nothing was kept.\n")
    assert server.events(shop) == []
    code, told, complaint = run(server, str(file), "--errors", str(report))
    assert (code, told) == (1, "4 events read: 3 taken, 0 were there already, 1 refused.\n")
    assert complaint.startswith("line 4: timestamp: ")
    assert report.read_text().splitlines()[0] == "line,field,message"
    assert report.read_text().splitlines()[1].startswith("4,timestamp,")
    assert run(server, str(file))[1].startswith("4 events read: 0 taken, 3 were there already")

    def figures() -> Any:
        told = overview(server, shop, "2025-03-01")
        return told.get("visitors"), told.get("visits"), told.get("pageViews")

    assert settled(figures, (2, 2, 3)) == (2, 2, 3)


def test_a_killed_import_goes_on(server: LiveServer, tmp_path: Path) -> None:
    keys = server.create_site("Long")
    file = tmp_path / "long.ndjson"
    many = 30_000
    with file.open("w") as target:
        for n in range(many):
            target.write(json.dumps({"event": "tick", "timestamp": START + n, "user": f"u{n % 100}"}) + "\n")
    reader = connect.open_reader(server.data / "ledger.db")

    def count() -> int:
        row = reader.execute("SELECT count(*) FROM events WHERE site_id = ?", (keys.id,)).fetchone()
        return int(row[0])

    command = [*COMMAND, "import", str(file), "--site", str(keys.id), "--data", str(server.data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
        while count() < 2_000 and started.poll() is None:
            time.sleep(0.005)
        started.kill()
        started.communicate()
    kept = count()
    assert 2_000 <= kept < many and kept % 500 == 0, "whole groups, and not all of them"
    code, told, _ = run(server, str(file), "--site", str(keys.id))
    assert code == 0
    assert told == f"{many:,} events read: {many - kept:,} taken, {kept:,} were there already, 0 refused.\n"
    rest = run(server, str(file), "--site", str(keys.id), "--from-line", str(many - 9))[1]
    assert rest == "10 events read: 0 taken, 10 were there already, 0 refused.\n"
    assert count() == many
    reader.close()


def test_standard_input_and_what_it_is(server: LiveServer) -> None:
    keys = server.create_site("Piped")
    site = ("--site", str(keys.id))
    assert " 1 taken" in run(server, "-", *site, given=b'{"event":"a","timestamp":1735689600000}\n')[1]
    assert " 1 taken" in run(server, "-", *site, given=b"event,timestamp\nb,2025-01-01\n")[1]
    assert sorted(event["eventName"] for event in server.events(keys)) == ["a", "b"]


def test_a_large_part_over_http(server: LiveServer) -> None:
    """Larger than what a page may send: the front lets it through."""
    keys = server.create_site("Parts")
    lines = [{"event": "a", "timestamp": START + n, "properties": {"a": "y" * 5000}} for n in range(400)]
    body = "\n".join(map(json.dumps, lines)).encode()
    assert len(body) > 2_000_000
    path, bearer = f"/api/v1/sites/{keys.id}/import", {"Authorization": f"Bearer {keys.secret_key}"}
    status, _, answer = server.request("POST", path, body, bearer)
    assert (status, json.loads(answer)["accepted"]) == (200, 400)
    assert server.request("POST", path.replace("import", "credits"), body, bearer)[0] == 413


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("a.csv", "a,b\n1,2\n", "none for eventName"), ("b.csv", "", "empty")],
)
def test_a_file_that_will_not_do(
    server: LiveServer, shop: Keys, tmp_path: Path, name: str, content: str, words: str
) -> None:
    file = tmp_path / name
    file.write_text(content)
    code, told, complaint = run(server, str(file), "--site", str(shop.id))
    assert code == 1 and told == "" and words in complaint and complaint.count("\n") == 1
