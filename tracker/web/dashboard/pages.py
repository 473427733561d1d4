"""Every page of questions, in one list."""

from __future__ import annotations

from flask import Flask

from tracker.services import Services
from tracker.web.dashboard import (
    error,
    errors,
    features,
    funnels,
    journeys,
    overview,
    payments,
    people,
    products,
    retention,
    segments,
    sessions,
    users,
)

MODULES = (
    overview, users, sessions, features, journeys, funnels, retention, segments, people, products, payments,
    errors, error,
)  # fmt: skip


def register(app: Flask, services: Services) -> None:
    """Add them all."""
    for module in MODULES:
        module.register(app, services)
