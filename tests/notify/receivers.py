"""Far ends on this machine: a mail server that speaks just enough SMTP, and somebody who takes webhooks."""

from __future__ import annotations

import http.server
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any


@dataclass
class Mail:
    """A mail that came."""

    sender: str
    to: list[str]
    message: Message


@dataclass
class MailServer:
    """What came, and what is answered to a recipient."""

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    recipient_answer: str = "250 ok"
    signed_in: list[str] = field(default_factory=list)


class _Smtp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: MailServer = self.server.mail_server  # type: ignore[attr-defined]
        sender, to = "", list[str]()
        self._say("220 here")
        while line := self.rfile.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            match verb.upper():
                case "EHLO":
                    self._say("250-here")
                    self._say("250 AUTH PLAIN")
                case "AUTH":
                    server.signed_in.append(rest)
                    self._say("235 welcome")
                case "MAIL":
                    sender, to = rest, []
                    self._say("250 ok")
                case "RCPT":
                    to.append(rest)
                    self._say(server.recipient_answer)
                case "DATA":
                    self._say("354 go on")
                    server.mails.append(Mail(sender, to, message_from_bytes(self._body(), policy=default)))
                    self._say("250 kept")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 ok")

    def _body(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """One that listens on loopback."""
    found = MailServer()
    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Smtp)) as server:
        server.mail_server = found
        found.port = server.server_address[1]
        yield found


@dataclass
class Receiver:
    """Calls that came, and the status they are answered with."""

    url: str = ""
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200


class _Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.calls.append((self.path, dict(self.headers), body))
        self.send_response(receiver.status)
        if receiver.status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def receiver(context: Any = None) -> Iterator[Receiver]:
    """One that listens on loopback, encrypted where an SSL context is given."""
    found = Receiver()
    with _serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Hook)) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        server.receiver = found
        scheme = "http" if context is None else "https"
        found.url = f"{scheme}://localhost:{server.server_address[1]}/hook?a=1"
        yield found


@contextmanager
def _serving(server: Any) -> Iterator[Any]:
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
