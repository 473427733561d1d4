"""What one process is made of. `app.py` puts it together; pages and commands take what they need."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.config import Settings
from tracker.domain.arrival import Sites
from tracker.ledger.readers import Readers
from tracker.ledger.writer import Writer


@dataclass(slots=True)
class Services:
    """The running parts, as found at `app.extensions["desirepath"]`."""

    settings: Settings
    sites: Sites
    writer: Writer
    readers: Readers
