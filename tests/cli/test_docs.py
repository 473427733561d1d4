"""Every command that the docs tell somebody to type, typed: beside a server, then with it stopped."""

from __future__ import annotations

import gzip
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.archive.made import row
from tests.live_server import COMMAND, Keys, LiveServer, environment, free_port
from tracker import clock
from tracker.archive.archive import Archive
from tracker.cli.main import cli

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)
INLINE = re.compile(r"`(?:\./)?(desirepath(?: [^`]+)?)`")
TYPED = re.compile(r"^(?:\./)?(desirepath .*)$", re.M)
PASSWORD = "a long enough password"
SERVERS_OWN = {"serve"}
"""Run for ever; the server of these tests is one."""
STOPPED = {"columns", "restore", "rollback"}
"""Want the server stopped, as the docs say."""
OF_A_SITE = {"user", "credits", "payments", "import"}
ADA = "ada@example.org"


def typed() -> list[tuple[str, tuple[str, ...]]]:
    """(page, words after `desirepath`) of each command in the docs, once."""
    found: dict[tuple[str, ...], str] = {}
    for page in PAGES:
        text = page.read_text()
        lines = [line for block in BLOCK.findall(text) for line in TYPED.findall(block)]
        for line in [*lines, *INLINE.findall(BLOCK.sub("", text))]:
            words = tuple(shlex.split(line, comments=True))[1:]
            if words:
                found.setdefault(words, page.name)
    return [(page, words) for words, page in found.items()]


ALL = typed()


def described(given: object) -> str:
    return " ".join(given) if isinstance(given, tuple) else str(given)


class Office:
    """A data directory with an owner, a shop and a customer, and a way to type commands there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = LiveServer(folder / "data")
        self.server.start()
        self.keys = Keys(**json.loads(self.type("site", "create", "Shop").stdout))
        self.type("site", "create", "Shop, the past")
        self.before_the_owner = self.type("admin", "setup-link")
        self._customer()
        self.backup = self.type("backup").stdout
        self.copies = 0
        self._files()

    def type(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one command on the data directory."""
        environ = environment() | {"DESIREPATH_DATA": str(self.server.data)}
        given = "y\n" if words[0] == "rollback" else PASSWORD + "\n"
        return subprocess.run(
            [*COMMAND, *words],
            env=environ,
            cwd=self.folder,
            input=given,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def meant(self, words: tuple[str, ...]) -> list[str]:
        """The words with everything in them that stands for something put in its place."""
        self.copies += 1
        stands_for = {
            "EMAIL": ADA,
            "PATH": self.backup.strip().splitlines()[-1].split()[-1],
            "DIR": str(self.folder / f"copy-{self.copies}"),
            "/var/lib/desirepath": str(self.server.data),
            "127.0.0.1:8000": f"127.0.0.1:{free_port()}",
        }
        kept = words[: words.index("<")] if "<" in words else words
        # The docs' own `site create` makes a second site, and then they say to name one.
        ambiguous = words[0] in OF_A_SITE and len(words) > 1 and "--site" not in words
        which = ["--site", str(self.keys.id)] if ambiguous else []
        return [*(stands_for.get(word, word) for word in kept), *which]

    def _files(self) -> None:
        """What the docs import."""
        told = row(1, "2026-03-02 10:00")
        Archive(self.server.data).add(self.keys.id, [told], clock.now_ms())
        (self.folder / "events.ndjson").write_text(
            '{"eventName": "purchase", "timestamp": "2025-01-28T10:30:00Z", "user": {"id": "42"}}\n'
        )
        with gzip.open(self.folder / "orders-2025.csv.gz", "wt") as table:
            table.write("event,timestamp,user_id,amount\npurchase,2025-01-28T10:30:00Z,42,19.90\n")

    def _customer(self) -> None:
        """Ada signed up, paid, and has credits to take away."""
        self.type("admin", "create", ADA, "--password-stdin")
        bearer = {"Authorization": f"Bearer {self.keys.secret_key}"}
        events = [
            {"eventName": "registration_succeeded"},
            {"eventName": "payment_completed", "properties": {"reference": "order-17", "amount": 20}},
            {"eventName": "credits_added", "properties": {"amount": 50}},
        ]
        status, told = self.server.track({"user": {"id": "42", "email": ADA}, "events": events}, **bearer)
        assert status == 200 and told["accepted"] == 3, told


def _is_group(words: tuple[str, ...]) -> bool:
    """Whether the words name several commands, of which none is said."""
    command: click.Command | None = cli
    for word in words:
        if not isinstance(command, click.Group):
            return False
        command = command.get_command(click.Context(command), word)
    return isinstance(command, click.Group) and not command.invoke_without_command


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One for all commands, in the order of the docs."""
    made = Office(tmp_path_factory.mktemp("docs"))
    try:
        yield made
    finally:
        made.server.kill()


def test_there_are_commands() -> None:
    assert len(ALL) > 20 and {"serve", "backup", "site", "user"} <= {words[0] for _, words in ALL}


@pytest.mark.parametrize(
    ("page", "words"), [one for one in ALL if one[1][0] not in STOPPED | SERVERS_OWN], ids=described
)
def test_beside_the_server(office: Office, page: str, words: tuple[str, ...]) -> None:
    if words == ("admin", "setup-link"):
        done = office.before_the_owner
    else:
        done = office.type(*office.meant(words), *(["--help"] if _is_group(words) else []))
    assert done.returncode == 0, f"{page}: {done.stdout}{done.stderr}"


@pytest.mark.parametrize(("page", "words"), [one for one in ALL if one[1][0] in STOPPED], ids=described)
def test_with_the_server_stopped(office: Office, page: str, words: tuple[str, ...]) -> None:
    office.server.stop()
    done = office.type(*office.meant(words))
    said = done.stdout + done.stderr
    if words[0] == "rollback":
        assert done.returncode == 1 and "No upgrade can be undone" in said, "nothing was upgraded here"
    else:
        assert done.returncode == 0, f"{page}: {said}"


def test_the_commands_that_serve_take_what_the_docs_say() -> None:
    for page, words in ALL:
        if words[0] in SERVERS_OWN:
            command = cli.get_command(click.Context(cli), words[0])
            assert command is not None
            command.make_context(words[0], list(words[1:])), page
