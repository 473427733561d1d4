"""What the steps work with: look-ups that are loaded once and shared."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.enrich.geo import Country
from tracker.enrich.visitor import VisitorHash


@dataclass(slots=True)
class Tools:
    """Country look-up and the daily visitor hash; both are safe to use from several threads."""

    country: Country
    visitors: VisitorHash
