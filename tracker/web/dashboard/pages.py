"""Every page of questions, in one list."""

from __future__ import annotations

from flask import Flask

from tracker.services import Services
from tracker.web.dashboard import (
    errors,
    features,
    overview,
    payments,
    products,
    retention,
    sessions,
    users,
)

MODULES = (overview, users, sessions, features, retention, products, payments, errors)


def register(app: Flask, services: Services) -> None:
    """Add them all."""
    for module in MODULES:
        module.register(app, services)
