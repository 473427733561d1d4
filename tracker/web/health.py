"""`/healthz`, `/readyz` and `/metrics`: whether it runs, whether it can keep its promise, and figures."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterable

from flask import Blueprint, Flask, Response, jsonify, request
from flask_login import current_user
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from tracker.backup import kept
from tracker.backup.manifest import when
from tracker.errors import DesirepathError, NotFound
from tracker.services import Services

PROBE_AFTER_SECONDS = 5.0
"""How long a failed commit makes the server unready before it tries for itself."""


class Collector:
    """Our figures, read from the running parts at the moment they are asked for."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterable[Metric]:
        """Metrics in Prometheus' terms."""
        writer, data = self._services.writer, self._services.settings.data
        yield CounterMetricFamily("desirepath_events", "Events committed to the ledger.", writer.events)
        yield CounterMetricFamily("desirepath_commits", "Commits, each with one fsync.", writer.commits)
        yield CounterMetricFamily("desirepath_commit_failures", "Commits that failed.", writer.failures)
        yield GaugeMetricFamily("desirepath_queue_events", "Events waiting for a commit.", writer.waiting)
        yield GaugeMetricFamily(
            "desirepath_columns_behind_events",
            "Events that figures do not have yet.",
            self._services.behind(),
        )
        refused = CounterMetricFamily(
            "desirepath_refused_events", "Events and requests refused.", labels=["reason"]
        )
        for reason, count in sorted(self._services.refusals.counts.items()):
            refused.add_metric([reason], count)
        yield refused
        size = GaugeMetricFamily("desirepath_file_bytes", "Size of the files.", labels=["file"])
        for path in sorted(data.glob("*.d*b*")):
            size.add_metric([path.name], path.stat().st_size)
        yield size
        yield from self._backups()

    def _backups(self) -> Iterable[Metric]:
        found = kept.listed(self._services.settings.backup_path)
        yield GaugeMetricFamily("desirepath_backups", "Backups that are kept.", len(found))
        made = max((backup.told.made_at for backup in found), default=None)
        tried = [backup.verified.at for backup in found if backup.verified and not backup.verified.problem]
        times = (
            ("made", "a backup was made", made),
            ("verified", "a restore test went well", max(tried, default=None)),
        )
        for name, words, at in times:
            if at is not None:
                yield GaugeMetricFamily(
                    f"desirepath_backup_{name}_seconds", f"Unix time when {words} last.", at / 1000
                )


def register(app: Flask, services: Services) -> None:
    """Add the three routes."""
    blueprint = Blueprint("health", __name__)
    registry = CollectorRegistry()
    registry.register(Collector(services))

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def readyz() -> tuple[Response, int]:
        problem = _problem(services)
        if problem is None:
            return jsonify(status="ready", **_backups(services)), 200
        return jsonify(status="not ready", reason=problem), 503

    @blueprint.get("/metrics")
    def metrics() -> Response:
        if not (services.settings.metrics_public or _is_near() or _is_owner()):
            raise NotFound("There is no such page.")
        return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")

    app.register_blueprint(blueprint)


def _problem(services: Services) -> str | None:
    """Why events could not be kept now, None when they can."""
    writer = services.writer
    if not services.serving or not writer.running:
        return "the ledger is not open"
    if writer.last_error is None:
        return None
    if time.monotonic() - writer.failed_at > PROBE_AFTER_SECONDS:
        try:
            writer.write([], timeout=10)
        except DesirepathError as error:
            return error.message
        return None
    return "the last commit failed"


def _backups(services: Services) -> dict[str, str]:
    """When the newest backup was made, and when one was last restored on trial; nothing before the first."""
    found = kept.listed(services.settings.backup_path)
    told = {"last_backup": when(found[0].told.made_at)} if found else {}
    tried = [one.verified.at for one in found if one.verified and one.verified.problem is None]
    return told | ({"last_verified": when(max(tried))} if tried else {})


def _is_near() -> bool:
    """Whether the request comes from this machine itself, and not through a proxy on it."""
    if any(request.headers.get(name) for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _is_owner() -> bool:
    return bool(current_user and current_user.is_authenticated and current_user.is_owner)
