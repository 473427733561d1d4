"""All routes and everything around them, in one list."""

from __future__ import annotations

from flask import Flask

from tracker.services import Services
from tracker.web import (
    access,
    assets,
    compress,
    doors,
    errors,
    formats,
    health,
    navigation,
    privacy_page,
    scripts,
    security,
    times,
    viewer,
)
from tracker.web.admin import (
    accounts,
    alerts,
    erasures,
    imports,
    install,
    keeping,
    keys,
    people,
    privacy,
    sites,
    webhooks,
)
from tracker.web.api import marketplace, questions
from tracker.web.api import routes as api
from tracker.web.auth import account
from tracker.web.auth import views as auth
from tracker.web.dashboard import definitions, feed, frame, glance, pages, palette, suggestions
from tracker.web.extensions import csrf, limiter


def register(app: Flask, services: Services) -> None:
    """Bind the extensions, then add every part of the web."""
    settings = services.settings
    csrf.init_app(app)
    limiter.init_app(app)
    viewer.register(app)
    access.register(app)
    security.register(app, settings.https)
    for part in (
        compress,
        errors,
        assets,
        navigation,
        times,
        formats,
        scripts,
        auth,
        account,
        keys,
        api,
        questions,
        marketplace,
    ):
        part.register(app)
    for served in (
        doors,
        health,
        sites,
        install,
        people,
        webhooks,
        privacy,
        privacy_page,
        alerts,
        imports,
        erasures,
        keeping,
        accounts,
        frame,
        glance,
        palette,
        suggestions,
        pages,
        definitions,
        feed,
    ):
        served.register(app, services)
    csrf.exempt(app.blueprints["doors"])
