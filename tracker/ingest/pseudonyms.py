"""Pseudonyms in place of what an event tells of somebody who was pseudonymised."""

from __future__ import annotations

from tracker.domain.event import Event
from tracker.domain.pseudonyms import Pseudonyms


def take(event: Event, names: Pseudonyms) -> None:
    """Put them into an event if it is of such a person, or named by nothing but the e-mail of one."""
    covered = names.covers(event.user_id, event.visitor)
    if not covered and event.user_id is not None and "@" in event.user_id:
        # A payment provider, or a page without ids, names people by their e-mail alone.
        renamed = names.known(event.user_id)
        covered, event.user_id = renamed is not None, renamed or event.user_id
    if not covered:
        return
    also: frozenset[str] = frozenset()
    if event.profile is not None:
        event.profile, also = names.profile(event.profile)
    event.context = names.document(event.context, also)
    event.properties = names.document(event.properties, also)
