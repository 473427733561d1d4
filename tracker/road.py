"""The road that events take into the ledger, with what it needs of the settings."""

from __future__ import annotations

from pathlib import Path

from tracker import clock, files
from tracker.accounts import secrets
from tracker.config import Settings
from tracker.enrich.geo import Country
from tracker.enrich.visitor import VisitorHash
from tracker.ingest.pipeline import Pipeline
from tracker.ingest.tools import Tools


def visitors(settings: Settings) -> VisitorHash:
    """How visitors without an id are told apart, with today's salts."""
    salts = secrets.daily_salts(settings.meta_path, clock.now_ms())
    return VisitorHash(salts.today, salts.yesterday)


def pipeline(settings: Settings, visitors: VisitorHash) -> Pipeline:
    """The steps every event takes."""
    return Pipeline(Tools(Country(country_db(settings)), visitors))


def country_db(settings: Settings) -> Path | None:
    """The country table to use: the one that is configured, else the open one, else none."""
    return settings.country_db or (files.COUNTRY_DB if files.COUNTRY_DB.exists() else None)
