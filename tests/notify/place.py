"""A server that takes events, and whose clock is in the test's hand."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from tests.conftest import NOW
from tracker.accounts import sites
from tracker.app import create_app
from tracker.config import Settings
from tracker.extensions import db
from tracker.notify import channels
from tracker.notify.channels import Wanted
from tracker.services import Services

PUBLIC = "https://stats.example.org"


class Place:
    """One site on it; mail goes to `mail_port`, webhooks may go to this machine."""

    def __init__(self, data: Path, mail_port: int, now_ms: int = NOW) -> None:
        smtp = {"smtp_host": "127.0.0.1", "smtp_port": str(mail_port), "smtp_security": "none"}
        self.settings = Settings.read(
            {}, data=str(data), webhook_networks="127.0.0.0/8", public_url=PUBLIC, **smtp
        )
        self.open()
        with self.app.app_context():
            self.created = sites.create("Corner Shop", now_ms)
            self.site = self.created.site.id

    def open(self) -> None:
        """Start it, also after `close`: what is on disk is there again."""
        self.app: Flask = create_app(self.settings)
        self.services: Services = self.app.extensions["desirepath"]
        self.services.writer.start()

    def close(self) -> None:
        """Stop it."""
        self.services.stop()
        with self.app.app_context():
            db.engine.dispose()

    def add(self, kind: str, target: str, now_ms: int, wanted: Wanted) -> int:
        """Another channel; its number."""
        with self.app.app_context():
            return channels.add(self.settings, self.site, kind, target, now_ms, None, wanted).id

    def told(self) -> list[tuple[str, str, int]]:
        """(subject, state, attempts) of what was told, newest first."""
        with self.app.app_context():
            return [(one.subject, one.state, one.attempts) for one in channels.latest(self.site)]
