"""Steps: who did it - the user a site names, the visitor behind a browser, and the session."""

from __future__ import annotations

from typing import Any

import msgspec

from tracker.domain.arrival import Arrival
from tracker.domain.erased import USER, VISITOR
from tracker.domain.event import MAX_ID, Drop, DropReason, Event, Flag, RawEvent, RawUser, Trust
from tracker.domain.site import Identity
from tracker.ingest import pseudonyms, scrub
from tracker.ingest.tools import Tools

MAX_TEXT = 200
MAX_TRAITS_BYTES = 8 * 1024
PROFILE_FIELDS = ("name", "email", "phone_number")

_encode = msgspec.json.Encoder(order="deterministic").encode


def may_track(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> Drop | None:
    """Respect what the visitor's browser asks for and what the site allows."""
    if arrival.trust is not Trust.PUBLIC:
        return None
    if arrival.do_not_track and arrival.site.rules.honour_dnt:
        return Drop(
            raw.index,
            DropReason.DO_NOT_TRACK,
            "dnt",
            "Not kept: the browser asks not to be tracked, and this site honours that.",
        )
    if not arrival.site.rules.track_anonymous and raw.user is None:
        return Drop(
            raw.index, DropReason.ANONYMOUS, "user", "Not kept: this site keeps events of known users only."
        )
    return None


def user(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> Drop | None:
    """Take the user named in the request; a user token outranks it."""
    named = arrival.user or raw.user
    if named is None:
        return None
    known = arrival.memo.get(id(named))
    if known is None:
        known = arrival.memo[id(named)] = _read_user(named)
    if isinstance(known, str):
        return Drop(raw.index, DropReason.INVALID_WHO, known.split(" ", 1)[0], known)
    event.user_id, event.profile = known
    return None


def visitor(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> Drop | None:
    """Take the visitor's id, or make the daily hash where there is none or may be none."""
    value = raw.visitor
    if value is not None and not _is_id(value):
        return Drop(
            raw.index,
            DropReason.INVALID_WHO,
            "visitor",
            f"visitor must be text of 1 to {MAX_ID} characters, or null.",
        )
    if arrival.trust is not Trust.PUBLIC:
        event.visitor = value
        if value is None and arrival.trust is Trust.SECRET:
            _visitor_as_told(event, raw, arrival, tools)
        return None
    if value is None or arrival.site.rules.identity is Identity.COOKIELESS:
        value = arrival.memo.get("visitor")
        if value is None:
            value = arrival.memo["visitor"] = tools.visitors.of(
                arrival.site.id, arrival.address, arrival.user_agent, arrival.received_at
            )
        event.flags |= Flag.DAILY_VISITOR
    event.visitor = value
    return None


def session(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> Drop | None:
    """Take the session id the sender gives, if any."""
    value = raw.session
    if value is None:
        return None
    if not _is_id(value):
        return Drop(
            raw.index,
            DropReason.INVALID_WHO,
            "session",
            f"session must be text of 1 to {MAX_ID} characters, or null.",
        )
    # A session id outlives the day: with it, two daily hashes could be told to be one person.
    if not event.flags & Flag.DAILY_VISITOR or arrival.site.rules.identity is not Identity.COOKIELESS:
        event.session = value
    return None


def not_erased(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> Drop | None:
    """Leave out what somebody did before they were erased; what they do afterwards is taken."""
    erased = arrival.site.erased
    if erased is None:
        return None
    if erased.covers(USER, event.user_id, event.at) or erased.covers(VISITOR, event.visitor, event.at):
        message = "Not kept: it happened before this person was erased."
        return Drop(raw.index, DropReason.ERASED, "user", message)
    return None


def pseudonymised(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> Drop | None:
    """Keep only pseudonyms of people who were pseudonymised, whatever is told of them afterwards."""
    if arrival.site.pseudonyms is not None:
        pseudonyms.take(event, arrival.site.pseudonyms)
    return None


def _visitor_as_told(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> None:
    """A server that tells its visitor's address and browser: the same daily hash as if they had come here."""
    address, agent = raw.context.ip, raw.context.user_agent
    if type(address) is str and type(agent) is str and address and agent:
        event.visitor = tools.visitors.of(arrival.site.id, address, agent, arrival.received_at)
        event.flags |= Flag.DAILY_VISITOR


def _is_id(value: Any) -> bool:
    return type(value) is str and 1 <= len(value) <= MAX_ID


def _read_user(named: RawUser) -> tuple[str, str | None] | str:
    """(user id, profile JSON), or a sentence that begins with the field at fault."""
    user_id = _identifier(named)
    if user_id is None:
        return f"user.id must be text of 1 to {MAX_ID} characters or a whole number."
    profile: dict[str, Any] = {}
    traits = named.traits if named.traits is not None else {}
    if type(traits) is not dict:
        return "user.traits must be an object."
    for key in PROFILE_FIELDS:
        value = getattr(named, key)
        if value is None:
            value = traits.get(key)
        if value is None:
            continue
        if type(value) not in (str, int) or len(str(value)) > MAX_TEXT:
            return f"user.{key} must be text of at most {MAX_TEXT} characters."
        profile[key] = str(scrub.value(key, str(value)))
    rest = {key: value for key, value in traits.items() if key not in PROFILE_FIELDS}
    if rest:
        profile["traits"] = scrub.properties(rest)
    return _with_profile(user_id, profile)


def _with_profile(user_id: str, profile: dict[str, Any]) -> tuple[str, str | None] | str:
    if not profile:
        return user_id, None
    try:
        text = _encode(profile)
    except RecursionError:
        return "user.traits nest too deeply."
    if len(text) > MAX_TRAITS_BYTES:
        return f"user.traits must take at most {MAX_TRAITS_BYTES // 1024} KB."
    return user_id, text.decode()


def _identifier(named: RawUser) -> str | None:
    value = named.id
    if value is None and type(named.email) is str:
        value = named.email.strip().lower()
    if type(value) is int:
        value = str(value)
    return value if _is_id(value) else None
