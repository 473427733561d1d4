"""`GET /api/v1/sites/{site}/events`, described."""

from __future__ import annotations

from tracker.analytics.query import FRAMES
from tracker.web.api.events import DEFAULT_LIMIT, MOST
from tracker.web.api.openapi.parts import Json, errors, json_content, query, reference
from tracker.web.event_filter import MAX_TEXT

SHORT: Json = {"type": "string", "maxLength": MAX_TEXT}
UTC: Json = {"type": "string", "format": "date-time", "description": "UTC with milliseconds."}

SCHEMAS: Json = {
    "Events": {
        "type": "object",
        "required": ["events", "next_cursor"],
        "additionalProperties": False,
        "properties": {
            "events": {"type": "array", "maxItems": MOST, "items": reference("Event")},
            "next_cursor": {
                "type": ["string", "null"],
                "description": "Send it as `cursor` for what comes next; null at the end. A page may be "
                "shorter than `limit` and still have one: searches stop after a second.",
            },
        },
    },
    "Event": {
        "type": "object",
        "required": [
            "id",
            "eventId",
            "eventName",
            "timestamp",
            "receivedAt",
            "user",
            "visitor",
            "session",
            "properties",
            "context",
            "bot",
        ],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "integer", "description": "Our number; grows in the order of arrival."},
            "eventId": {"type": "string", "description": "The sender's id, or ours where none was sent."},
            "eventName": {"type": "string"},
            "timestamp": {**UTC, "description": "When it happened."},
            "receivedAt": {**UTC, "description": "When it came in."},
            "user": {"oneOf": [reference("KnownUser"), {"type": "null"}]},
            "visitor": {"type": ["string", "null"]},
            "session": {"type": ["string", "null"]},
            "properties": {"type": "object"},
            "context": {
                "type": "object",
                "description": "Page (`url`, `path`, `title`, `referrer`, `source`, `channel`, `utm_…`) and "
                "device (`browser`, `os`, `device`, `country`, `language`, `screen`), as far as known.",
            },
            "bot": {"type": ["string", "null"], "description": "Why it is taken for a bot's; null for none."},
        },
    },
    "KnownUser": {
        "type": "object",
        "required": ["id", "name", "email", "phone_number", "traits", "verified"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string"},
            "name": {"type": ["string", "null"]},
            "email": {"type": ["string", "null"]},
            "phone_number": {"type": ["string", "null"]},
            "traits": {"type": "object"},
            "verified": {
                "type": "boolean",
                "description": "Whether a server or a signed token said so, and not just a browser.",
            },
        },
    },
}

PARAMETERS: list[Json] = [
    {
        "name": "site",
        "in": "path",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
        "description": "The site's number.",
    },
    query(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT},
        "Events a page.",
    ),
    query("cursor", {"type": "string"}, "`next_cursor` of the page before."),
    query("name", SHORT, "Only events of this name."),
    query(
        "timeframe",
        {"type": "string", "enum": list(FRAMES)},
        "Days of the site's time zone up to now; instead of `from` and `to`.",
    ),
    query(
        "from",
        SHORT,
        "A day of the site's time zone (YYYY-MM-DD, included), or a moment (ISO 8601 or milliseconds "
        "since 1970).",
    ),
    query("to", SHORT, "A day (included), or a moment (left out itself)."),
    query("person", SHORT, "A user id or a visitor id."),
    query("q", SHORT, "Found anywhere in names, people, context and properties; a to z in either case."),
    query("bots", {"type": "string", "enum": ["0", "1"], "default": "1"}, "Whether bots' events are listed."),
    {
        "name": "property",
        "in": "query",
        "style": "form",
        "explode": True,
        "schema": {
            "type": "object",
            "patternProperties": {"^property\\..+$": {"type": "string", "maxLength": MAX_TEXT}},
            "additionalProperties": False,
        },
        "description": "`property.<key>=<value>`, up to ten; dots reach into nested ones "
        "(`property.plan.name=pro`).",
        "example": {"property.plan": "pro"},
    },
]

PATHS: Json = {
    "/api/v1/sites/{site}/events": {
        "get": {
            "operationId": "listEvents",
            "summary": "List events, newest first",
            "description": "Read from the ledger: an event that was acknowledged is always there.",
            "security": [{"secretKey": []}, {"session": []}],
            "parameters": PARAMETERS,
            "responses": {
                "200": {"description": "One page.", "content": json_content(reference("Events"))},
                **errors(400, 401, 404, 429, 500, 503),
            },
        }
    }
}
