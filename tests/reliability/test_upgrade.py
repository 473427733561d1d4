"""Replacing the server while events come in: the socket stays, so nobody is refused."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
import uuid
from pathlib import Path

import pytest

from tests.live_server import COMMAND, LiveServer, environment

pytestmark = pytest.mark.reliability
# As systemd starts it: the socket is file 3, and the variables name the process.
START = 'exec 3<&"$1"; shift; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'


def _start(server: LiveServer, listener: socket.socket) -> subprocess.Popen[bytes]:
    number = listener.fileno()
    with server.log.open("ab") as log:
        return subprocess.Popen(
            ["/bin/bash", "-c", START, "start", str(number), *COMMAND, "serve"],
            env=environment() | {"DESIREPATH_DATA": str(server.data)},
            pass_fds=[number],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _more(answers: list[tuple[str, int]]) -> None:
    """Wait until ten more were answered, of whichever server is there now."""
    enough, deadline = len(answers) + 10, time.monotonic() + 60
    while len(answers) < enough:
        assert time.monotonic() < deadline, "nobody is answered"
        time.sleep(0.02)


def test_nobody_is_refused_while_the_server_is_replaced(tmp_path: Path) -> None:
    server = LiveServer(tmp_path / "data")
    server.data.mkdir()
    keys = server.create_site("Shop")
    stop, answers = threading.Event(), list[tuple[str, int]]()

    def send() -> None:
        while not stop.is_set():
            event = str(uuid.uuid4())
            body = {"site": keys.site_key, "visitor": event, "events": [{"id": event, "eventName": "tick"}]}
            status, _, _ = server.request("POST", "/api/v1/track", json.dumps(body).encode())
            answers.append((event, status))
            time.sleep(0.02)

    with socket.create_server(("127.0.0.1", server.port), backlog=512) as listener:
        process = _start(server, listener)
        server.wait()
        senders = [threading.Thread(target=send) for _ in range(3)]
        for sender in senders:
            sender.start()
        try:
            for _ in range(2):
                _more(answers)
                process.send_signal(signal.SIGTERM)
                assert process.wait(120) == 0
                process = _start(server, listener)
                server.wait()
            _more(answers)
        finally:
            stop.set()
            for sender in senders:
                sender.join()
            acknowledged = [event for event, status in answers if status == 200]
            kept = [event["eventId"] for event in server.events(keys)] if process.poll() is None else []
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert {status for _, status in answers} == {200}
    assert sorted(kept) == sorted(acknowledged)
