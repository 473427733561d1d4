"""`POST /api/v1/track`, described."""

from __future__ import annotations

from tracker.domain.event import MAX_EVENTS, MAX_ID, MAX_NAME, MAX_PROPERTIES
from tracker.web.api.openapi.parts import Json, errors, json_content, reference

NULLABLE_ID: Json = {"type": ["string", "null"], "minLength": 1, "maxLength": MAX_ID}
TEXT: Json = {"type": ["string", "null"]}
MOMENT: Json = {
    "oneOf": [
        {"type": "integer", "minimum": 946_684_800_000, "description": "Milliseconds since 1970."},
        {"type": "string", "description": "ISO 8601; UTC where it names no zone."},
    ]
}

SCHEMAS: Json = {
    "Batch": {
        "type": "object",
        "required": ["events"],
        "properties": {
            "site": {
                "type": "string",
                "description": "The public key; or send it as `X-Site-Key` or Bearer.",
            },
            "visitor": {
                **NULLABLE_ID,
                "description": "An opaque id of the browser or device. Without one, a hash that changes "
                "every day tells visitors apart. Sites without cookies ignore it from browsers.",
            },
            "session": {**NULLABLE_ID, "description": "Groups events of one visit."},
            "sent_at": {**MOMENT, "description": "The sender's clock now; corrects a wrong one."},
            "user": {"oneOf": [reference("User"), {"type": "null"}]},
            "context": reference("Context"),
            "events": {
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_EVENTS,
                "items": reference("NewEvent"),
            },
        },
    },
    "User": {
        "type": "object",
        "description": "Somebody known. Under the public key this is *claimed*; under the secret key, "
        "or in a signed user token, *verified*. Without an id the e-mail address is the id.",
        "properties": {
            "id": {"type": ["string", "integer"], "maxLength": MAX_ID},
            "name": TEXT,
            "email": TEXT,
            "phone_number": {"type": ["string", "integer", "null"]},
            "traits": {"type": ["object", "null"], "description": "Anything else, 8 KB at most."},
        },
    },
    "Context": {
        "type": "object",
        "description": "Where it happened. An event may have a `context` of its own that outranks this one.",
        "properties": {
            "url": TEXT,
            "referrer": TEXT,
            "title": TEXT,
            "screen": {**TEXT, "examples": ["1920x1080"]},
            "viewport": {**TEXT, "examples": ["1280x720"]},
            "language": {**TEXT, "examples": ["en-GB"]},
            "user_agent": {**TEXT, "description": "The visitor's own; read under the secret key only."},
            "ip": {**TEXT, "description": "The visitor's own; read under the secret key only."},
        },
    },
    "NewEvent": {
        "type": "object",
        "required": ["eventName"],
        "properties": {
            "eventName": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_NAME,
                "description": "What happened. `name` is read too; `pageview`, `page_view` and "
                "`$pageview` are kept as `page_viewed`.",
            },
            "id": {
                "type": ["string", "null"],
                "maxLength": MAX_ID,
                "description": "The same id sent twice counts once for a site, for ever. A UUID is best.",
            },
            "timestamp": {
                **MOMENT,
                "description": "When it happened; now where left out. More than 5 minutes in the future "
                "becomes the time received.",
            },
            "properties": {
                "type": ["object", "null"],
                "maxProperties": MAX_PROPERTIES,
                "description": "Any JSON, 32 KB at most. Passwords, card numbers and tokens are taken out.",
            },
            "interactive": {
                "type": ["boolean", "null"],
                "description": "False for what no person caused (pings, jobs). True where left out.",
            },
            "context": reference("Context"),
            "user": {
                "oneOf": [reference("User"), {"type": ["string", "integer", "null"]}],
                "description": "Whose event this is, if not the request's; a text or number is the id.",
            },
            "visitor": {**NULLABLE_ID, "description": "The same for the visitor."},
            "session": {**NULLABLE_ID, "description": "The same for the session."},
        },
    },
    "Accepted": {
        "type": "object",
        "required": ["success", "accepted", "duplicates", "errors"],
        "properties": {
            "success": {"const": True},
            "accepted": {"type": "integer", "description": "Events now on disk."},
            "duplicates": {"type": "integer", "description": "Events whose id was there already."},
            "errors": {"type": "array", "items": reference("EventError")},
        },
    },
    "EventError": {
        "type": "object",
        "required": ["index", "field", "message"],
        "properties": {
            "index": {"type": "integer", "description": "Position in `events`, from 0."},
            "field": {"type": "string"},
            "message": {"type": "string"},
        },
    },
}

BATCH_EXAMPLE: Json = {
    "site": "pk_…",
    "visitor": "b0c1f2a4",
    "sent_at": 1_760_000_000_000,
    "user": {"id": "42", "name": "Alice Müller", "email": "alice@example.org", "traits": {"plan": "pro"}},
    "context": {"url": "https://example.org/pricing", "referrer": "https://www.google.com/"},
    "events": [{"eventName": "button_clicked", "properties": {"button": "generate"}}],
}
DONE_EXAMPLE: Json = {"success": True, "accepted": 1, "duplicates": 0, "errors": []}

PATHS: Json = {
    "/api/v1/track": {
        "post": {
            "operationId": "track",
            "summary": "Send events",
            "description": "Up to 500 events and 1 MB (after gunzip) in one request. An answer of 200 means: "
            "the accepted events are on disk. A bad event is told in `errors` and never costs the others; "
            "400 comes only when none could be accepted.",
            "security": [{"siteKey": []}, {"secretKey": []}, {}],
            "parameters": [
                {
                    "name": "Content-Encoding",
                    "in": "header",
                    "schema": {"type": "string", "enum": ["gzip", "identity"]},
                }
            ],
            "requestBody": {
                "required": True,
                "content": {
                    **json_content(reference("Batch"), BATCH_EXAMPLE),
                    "text/plain": {
                        "schema": {"type": "string"},
                        "example": '{"site": "pk_…", "events": [{"eventName": "opened"}]}',
                    },
                },
            },
            "responses": {
                "200": {
                    "description": "What became of the events.",
                    "content": json_content(reference("Accepted"), DONE_EXAMPLE),
                },
                **errors(400, 401, 403, 404, 408, 413, 429, 503),
            },
        }
    }
}
