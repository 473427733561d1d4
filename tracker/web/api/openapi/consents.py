"""Records of consent, described."""

from __future__ import annotations

from tracker.web.api.openapi.parts import Json, errors, json_content, query, reference
from tracker.web.api.openapi.people import SECURITY, SITE, UTC

TEXT: Json = {"type": ["string", "null"]}
RECORD: Json = {
    "at": {**UTC, "description": "When, by the clock of whoever sent it, corrected."},
    "receivedAt": UTC,
    "user": TEXT,
    "visitor": TEXT,
    "daily": {"type": "boolean", "description": "The visitor is a hash that changes daily."},
    "verified": {"type": "boolean", "description": "A server or a signed token said who it was."},
    "given": {"type": "boolean", "description": "true: agreed; false: refused or withdrawn."},
    "scope": {"type": "string", "description": "To what; `recognition` where nothing was said."},
    "version": {**TEXT, "description": "Of the text that was shown."},
    "eventId": {"type": "string"},
}
SCHEMAS: Json = {
    "Consent": {
        "type": "object",
        "required": list(RECORD),
        "additionalProperties": False,
        "properties": RECORD,
    },
    "Consents": {
        "type": "object",
        "required": ["consents", "next_cursor"],
        "properties": {
            "consents": {"type": "array", "items": reference("Consent")},
            "next_cursor": {
                **TEXT,
                "description": "Send it as `cursor` for what comes next; null at the end.",
            },
        },
    },
}
PATHS: Json = {
    "/api/v1/sites/{site}/consents": {
        "get": {
            "operationId": "listConsents",
            "summary": "Records of consent, newest first",
            "security": SECURITY,
            "parameters": [
                SITE,
                query(
                    "person", {"type": "string", "minLength": 1, "maxLength": 500}, "A user id or visitor id."
                ),
                query(
                    "limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}, "How many."
                ),
                query("cursor", {"type": "string"}, "`next_cursor` of the page before."),
                query(
                    "format", {"type": "string", "enum": ["json", "csv"]}, "As a file, CSV holds all of them."
                ),
            ],
            "responses": {
                "200": {
                    "description": "The records.",
                    "content": {
                        **json_content(reference("Consents")),
                        "text/csv": {"schema": {"type": "string"}},
                    },
                },
                **errors(400, 401, 403, 404, 429, 503),
            },
        }
    }
}
