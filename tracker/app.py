"""Putting everything together: `create_app()` is the only place where parts meet."""

from __future__ import annotations

import os
from datetime import timedelta

from flask import Flask

from tracker import files, parts, road
from tracker.accounts import secrets
from tracker.accounts.binding import bind
from tracker.accounts.directory import SiteDirectory
from tracker.analytics.answers import Answers
from tracker.columns.duckdb import DuckDBStore
from tracker.columns.sync import Sync
from tracker.config import Settings
from tracker.doors.doors import Doors
from tracker.doors.limits import RateLimits
from tracker.doors.refusals import Refusals
from tracker.extensions import metadata_changed
from tracker.history.uploads import Uploads
from tracker.jobs.backups import Backups, RestoreTests
from tracker.jobs.clockwork import Clockwork
from tracker.jobs.erasures import Erasures
from tracker.jobs.keeping import Keeping
from tracker.jobs.salts import SaltKeeper
from tracker.jobs.warm_up import WarmUp
from tracker.ledger import known_as, products
from tracker.ledger.readers import Readers
from tracker.notify.alerts import Alerts
from tracker.notify.reports import Reports
from tracker.services import Services
from tracker.web import blueprints
from tracker.web.proxies import TrustedProxies
from tracker.web.report import ReportWriter
from tracker.web.rules import LateRule
from tracker.web.sessions import PageSessions
from tracker.web.uploaded import PageRequest

PAGE_BYTES = 1_000_000
"""The largest form or API request."""


def create_app(settings: Settings | None = None) -> Flask:
    """The Flask app with its services at `app.extensions["desirepath"]`, opened but not started.

    Raises SettingError, or Unavailable where the data directory cannot be used.
    """
    settings = settings or Settings.read(os.environ)
    parts.ready(settings)
    app = _flask(settings)
    sites = SiteDirectory(settings.meta_path)
    metadata_changed.connect(lambda sender: sites.refresh(), sender=app, weak=False)
    services = _services(app, settings, sites)
    app.extensions["desirepath"] = services
    blueprints.register(app, services)
    return app


class Pages(Flask):
    """Flask, with our kinds of requests and rules from its first route on."""

    request_class = PageRequest
    url_rule_class = LateRule


def _flask(settings: Settings) -> Flask:
    app = Pages("tracker", template_folder=str(files.TEMPLATES), static_folder=str(files.STATIC))
    app.config.update(
        SECRET_KEY=secrets.cookie_key(settings.meta_path),
        MAX_CONTENT_LENGTH=PAGE_BYTES,
        MAX_FORM_MEMORY_SIZE=PAGE_BYTES,
        # The prefix makes browsers refuse a cookie of this name from a neighbouring subdomain.
        SESSION_COOKIE_NAME="__Host-desirepath" if settings.https else "desirepath",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        PERMANENT_SESSION_LIFETIME=timedelta(days=settings.session_days),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_CHECK_DEFAULT=False,
        RATELIMIT_ENABLED=settings.ratelimit_enabled,
        SEND_FILE_MAX_AGE_DEFAULT=0,
    )
    bind(app, settings.meta_path, settings.threads)
    app.session_interface = PageSessions()
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def _services(app: Flask, settings: Settings, sites: SiteDirectory) -> Services:
    visitors = road.visitors(settings)
    pipeline = road.pipeline(settings, visitors)
    refusals = Refusals()
    limits = RateLimits(settings.address_rate, settings.ratelimit_enabled)
    store = DuckDBStore(settings.columns_path, memory_mb=settings.columns_memory_mb)
    sync = Sync(settings.ledger_path, store)
    readers = Readers(settings.ledger_path)
    writer = parts.writer(settings)
    answers = Answers(store, memory_mb=settings.columns_memory_mb)
    write_report = ReportWriter(app, settings, answers, sync, readers)
    # They wait for mail servers, so by themselves.
    alerts = Clockwork([Alerts(settings, sites, readers), Reports(settings, sites, write_report)], "alerts")
    jobs = Clockwork(
        [
            Erasures(settings, writer, sync, sites),
            Keeping(settings, writer, sync, store),
            Backups(settings),
            RestoreTests(settings),
        ]
    )

    uploads = Uploads(pipeline, sites, writer.write)

    def product_name(site_id: int, product_id: str) -> str | None:
        with readers.read() as connection:
            return products.called(connection, site_id, [product_id]).get(product_id)

    def user_by_email(site_id: int, email: str) -> str | None:
        site = sites.by_id(site_id)
        with readers.read() as connection:
            names = site.pseudonyms if site is not None else None
            verified, claimed = known_as.user_ids(connection, site_id, email, names)
        if verified or claimed:
            return verified[0] if len(verified) == 1 else None
        return email.lower()

    return Services(
        settings=settings,
        sites=sites,
        pipeline=pipeline,
        doors=Doors(sites, pipeline, limits, refusals, product_name, user_by_email),
        refusals=refusals,
        writer=writer,
        readers=readers,
        sync=sync,
        answers=answers,
        jobs=jobs,
        uploads=uploads,
        write_report=write_report,
        background=[sites, SaltKeeper(settings.meta_path, visitors), sync, WarmUp(), jobs, alerts, uploads],
    )
