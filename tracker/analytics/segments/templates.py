"""Segments every site may start from."""

from __future__ import annotations

from tracker.analytics.occurrence import Occurrence
from tracker.analytics.query import Filter, Operator
from tracker.analytics.segments.criteria import Did, Either, Every, Has, Seen, Total
from tracker.analytics.segments.segment import Segment

TEMPLATES: tuple[Segment, ...] = (
    Segment("New", Seen("first_seen", within_days=7)),
    Segment("Regulars", Every((Total("sessions", at_least=10), Seen("last_seen", within_days=7)))),
    Segment("Dormant", Seen("last_seen", not_within_days=30)),
    Segment("Customers", Either((Did(Occurrence("purchase")), Did(Occurrence("payment_completed"))))),
    Segment("Known users", Has(Filter("user", Operator.KNOWN))),
    Segment("Mobile", Has(Filter("device", Operator.IS, ("mobile",)))),
)
