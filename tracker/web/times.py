"""Times in templates."""

from __future__ import annotations

from flask import Flask

from tracker import clock
from tracker.web.dashboard import local_time


def register(app: Flask) -> None:
    """Add the filters `when(zone)` (21 Nov 14:05) and `ago(now_ms)` (3 min ago)."""

    def when(at: int, zone: str) -> str:
        return local_time.minute(at, zone, clock.now_ms())

    def ago(at: int, now_ms: int) -> str:
        return local_time.ago(now_ms - at)

    app.add_template_filter(when, "when")
    app.add_template_filter(ago, "ago")
