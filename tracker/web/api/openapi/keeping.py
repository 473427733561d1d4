"""How long a site keeps what, described."""

from __future__ import annotations

from tracker.web.api.openapi.parts import Json, errors, json_content, reference

DAYS: Json = {"type": ["integer", "null"], "minimum": 1, "maximum": 36_500}
UTC: Json = {"type": ["string", "null"], "format": "date-time"}
NUMBERS: Json = {
    "details": {**DAYS, "description": "Days; null is for ever."},
    "errors": {**DAYS, "description": "Days that the words of errors stay."},
    "names": {
        "type": "object",
        "additionalProperties": DAYS,
        "description": "Days of single events, by name.",
    },
}
ARCHIVE: Json = {"type": "boolean", "description": "Whether events are written to files before they go."}
SCHEMAS: Json = {
    "KeepingNumbers": {"type": "object", "additionalProperties": False, "properties": NUMBERS},
    "KeepingChange": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **NUMBERS,
            "begun": {"type": "boolean", "description": "Whether anything goes at all."},
            "archive": ARCHIVE,
        },
    },
    "Keeping": {
        "type": "object",
        "required": ["details", "errors", "names", "forEver", "begun", "archive"],
        "properties": {
            **NUMBERS,
            "forEver": {"type": "array", "items": {"type": "string"}},
            "begun": {"type": "boolean"},
            "archive": ARCHIVE,
            "closedBefore": {**UTC, "description": "Days before it are rolled up and take no more events."},
            "lookedThroughAt": UTC,
            "doing": {"type": ["object", "null"]},
        },
    },
    "KeepingPreview": {
        "type": "object",
        "required": ["going", "room"],
        "properties": {
            "going": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["kind", "events", "first", "last", "before", "bytes"],
                    "properties": {
                        "kind": {"type": "string", "description": "details, errors, or an event's name."},
                        "events": {"type": "integer"},
                        "first": UTC,
                        "last": UTC,
                        "before": UTC,
                        "bytes": {"type": "integer", "description": "About so many."},
                    },
                },
            },
            "room": {"type": "object"},
        },
    },
}
SITE: Json = {"name": "site", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
SECURITY: list[Json] = [{"secretKey": []}, {"session": []}]


def _answer(description: str, name: str) -> Json:
    return {"description": description, "content": json_content(reference(name))}


PATHS: Json = {
    "/api/v1/sites/{site}/keeping": {
        "get": {
            "operationId": "getKeeping",
            "summary": "How long a site keeps what",
            "security": SECURITY,
            "parameters": [SITE],
            "responses": {"200": _answer("The numbers.", "Keeping"), **errors(401, 403, 404, 429, 503)},
        },
        "put": {
            "operationId": "changeKeeping",
            "summary": "Change how long a site keeps what",
            "description": "What is left out stays as it is. Nothing goes before `begun` is true.",
            "security": SECURITY,
            "parameters": [SITE],
            "requestBody": {"required": True, "content": json_content(reference("KeepingChange"))},
            "responses": {
                "200": _answer("The numbers as they are now.", "Keeping"),
                **errors(400, 401, 403, 404, 429, 503),
            },
        },
    },
    "/api/v1/sites/{site}/keeping/preview": {
        "post": {
            "operationId": "previewKeeping",
            "summary": "What would go, without letting it go",
            "description": "With the site's numbers, or with those sent instead.",
            "security": SECURITY,
            "parameters": [SITE],
            "requestBody": {"required": False, "content": json_content(reference("KeepingNumbers"))},
            "responses": {
                "200": _answer("What would go now.", "KeepingPreview"),
                **errors(400, 401, 403, 404, 429, 503),
            },
        }
    },
}
