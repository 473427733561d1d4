"""The disk budget: how much of it is used, and when it will be."""

from __future__ import annotations

from tracker.config import Settings
from tracker.doctor.finding import Finding, ok, warn
from tracker.keeping import budget as rooms
from tracker.keeping.budget import GB
from tracker.ledger import connect

SOON_DAYS = 14


def budget(settings: Settings, now_ms: int) -> Finding | None:
    """What is used of the budget; nothing to say where there is none."""
    if not settings.disk_budget or not settings.ledger_path.exists():
        return None
    ledger = connect.open_reader(settings.ledger_path)
    try:
        found = rooms.room(settings, ledger, now_ms)
    finally:
        ledger.close()
    told = f"{found.used / GB:,.2f} of {found.budget / GB:,.2f} GB in use"
    more = "Raise DESIREPATH_DISK_BUDGET, or keep details for fewer days: desirepath keep set."
    if found.used > found.budget:
        return warn("Disk budget", f"{told}: the oldest details go, where a site lets them.", more)
    if found.full_in is None:
        return ok("Disk budget", f"{told}.")
    told = f"{told}; full in about {found.full_in:,} days at the rate of the last week."
    return warn("Disk budget", told, more) if found.full_in < SOON_DAYS else ok("Disk budget", told)
