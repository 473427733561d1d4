"""The native batch: `POST /api/v1/track`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tracker.domain.event import MAX_EVENTS, RawContext, RawEvent, RawUser
from tracker.domain.times import clock_offset as offset_between
from tracker.domain.times import epoch_ms
from tracker.errors import Invalid, TooLarge

CONTEXT_FIELDS = ("url", "referrer", "title", "screen", "viewport", "language", "user_agent", "ip")
USER_FIELDS = ("id", "name", "email", "phone_number", "traits")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request as read: its key, the sender's clock, and the events."""

    site_key: Any
    sent_at: Any
    events: list[RawEvent]
    errors: list[tuple[int, str, str]]
    """(index, field, message) of what was no event at all."""


def read(body: Any) -> Envelope:
    """Read the batch shape. Raises Invalid or TooLarge where the request as a whole makes no sense."""
    if type(body) is not dict:
        raise Invalid("The body must be a JSON object.", field="body")
    items = body.get("events")
    if type(items) is not list or not items:
        raise Invalid("events must be a list of at least one event.", field="events")
    if len(items) > MAX_EVENTS:
        raise TooLarge(f"A request may carry at most {MAX_EVENTS} events; send several.", field="events")
    context, user = read_context(body.get("context")), read_user(body.get("user"))
    visitor, session = body.get("visitor"), body.get("session")
    events: list[RawEvent] = []
    errors: list[tuple[int, str, str]] = []
    for index, item in enumerate(items):
        if type(item) is not dict:
            errors.append((index, "events", "An event must be an object."))
            continue
        try:
            events.append(_event(index, item, context, user, visitor, session))
        except Invalid as error:
            errors.append((index, error.field or "events", error.message))
    return Envelope(body.get("site"), body.get("sent_at"), events, errors)


def clock_offset(envelope: Envelope, now_ms: int) -> int:
    """Milliseconds to add to the sender's times. Raises Invalid where `sent_at` is no time."""
    if envelope.sent_at is None:
        return 0
    sent_at = epoch_ms(envelope.sent_at)
    if sent_at is None:
        raise Invalid("sent_at must be milliseconds since 1970 or ISO 8601.", field="sent_at")
    return offset_between(sent_at, now_ms)


def read_user(value: Any) -> RawUser | None:
    """The `user` object; a bare text or number is its id."""
    if value is None:
        return None
    if type(value) in (str, int):
        return RawUser(value)
    if type(value) is not dict:
        raise Invalid("user must be an object with an id, or null.", field="user")
    if all(value.get(name) is None for name in USER_FIELDS):
        return None
    return RawUser(*(value.get(name) for name in USER_FIELDS))


def read_context(value: Any) -> RawContext:
    """The `context` object; what we do not know in it is left out."""
    if value is None:
        return RawContext()
    if type(value) is not dict:
        raise Invalid("context must be an object, or null.", field="context")
    return RawContext(*(value.get(name) for name in CONTEXT_FIELDS))


def _event(
    index: int, item: dict[str, Any], context: RawContext, user: RawUser | None, visitor: Any, session: Any
) -> RawEvent:
    """An event; who and where it names of its own replaces what the request says, null too.

    Raises Invalid where its `user` is none.
    """
    get = item.get
    name = get("eventName")
    own = get("context")
    return RawEvent(
        name if name is not None else get("name"),
        index,
        get("id"),
        get("timestamp"),
        get("properties"),
        get("visitor", visitor),
        get("session", session),
        read_user(item["user"]) if "user" in item else user,
        context if type(own) is not dict else _merged(context, own),
        get("interactive"),
    )


def _merged(context: RawContext, own: dict[str, Any]) -> RawContext:
    """The request's context with what the event says of its own: batches span several pages."""
    return RawContext(*(own.get(name, getattr(context, name)) for name in CONTEXT_FIELDS))
