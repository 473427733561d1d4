"""Every kind of channel by its name. A new one is a file beside this one and a line here."""

from __future__ import annotations

from tracker.errors import NotFound
from tracker.notify.channel import Channel
from tracker.notify.email import Email
from tracker.notify.webhook import Webhook

KINDS: dict[str, Channel] = {one.kind: one for one in (Email(), Webhook())}


def of(kind: str) -> Channel:
    """The kind of that name. Raises NotFound."""
    found = KINDS.get(kind)
    if found is None:
        raise NotFound(f"There is no such kind; use {' or '.join(KINDS)}.", field="kind")
    return found
