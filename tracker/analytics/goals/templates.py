"""Goals every site may start from."""

from __future__ import annotations

from tracker.analytics.goals.goal import Goal
from tracker.analytics.occurrence import Occurrence

TEMPLATES: tuple[Goal, ...] = (
    Goal("Signed up", Occurrence("registration_succeeded")),
    Goal("Bought", Occurrence("purchase")),
    Goal("Paid", Occurrence("payment_completed")),
)
