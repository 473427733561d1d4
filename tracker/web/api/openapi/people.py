"""One person's rights, described."""

from __future__ import annotations

from tracker.web.api.openapi.parts import Json, errors, json_content, reference

UTC: Json = {"type": "string", "format": "date-time"}
SCHEMAS: Json = {
    "Receipt": {
        "type": "object",
        "required": ["id", "erasedAt", "finishedAt", "events"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "integer"},
            "erasedAt": {**UTC, "description": "When it was ordered; nothing from before is taken in again."},
            "finishedAt": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "When nothing of them was left in any file; null until then.",
            },
            "events": {"type": "integer", "description": "How many events were deleted."},
        },
    },
    "PersonExport": {
        "type": "object",
        "required": ["site", "exportedAt", "users", "visitors", "knownAs", "events"],
        "properties": {
            "site": {"type": "integer"},
            "exportedAt": UTC,
            "users": {"type": "array", "items": {"type": "string"}},
            "visitors": {"type": "array", "items": {"type": "string"}},
            "knownAs": {"type": "array", "items": {"type": "object"}},
            "events": {"type": "array", "items": reference("Event")},
        },
    },
}
SITE: Json = {"name": "site", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
PERSON: Json = {
    "name": "person",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 500},
    "description": "A user id, the id of a visitor, or an e-mail that one user alone has.",
}
NUMBER: Json = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
SECURITY: list[Json] = [{"secretKey": []}, {"session": []}]


def _answer(description: str, name: str) -> Json:
    return {"description": description, "content": json_content(reference(name))}


PATHS: Json = {
    "/api/v1/sites/{site}/people/{person}/export": {
        "get": {
            "operationId": "exportPerson",
            "summary": "Hand out all that is kept of one person",
            "security": SECURITY,
            "parameters": [SITE, PERSON],
            "responses": {
                "200": _answer("Everything.", "PersonExport"),
                **errors(400, 401, 403, 404, 429, 503),
            },
        }
    },
    "/api/v1/sites/{site}/people/{person}": {
        "delete": {
            "operationId": "erasePerson",
            "summary": "Erase one person everywhere",
            "description": "Cannot be undone. What they did before is not taken in again afterwards.",
            "security": SECURITY,
            "parameters": [SITE, PERSON],
            "responses": {
                "200": _answer("Done.", "Receipt"),
                "202": _answer("Ordered; ask for the receipt until `finishedAt` is set.", "Receipt"),
                **errors(400, 401, 403, 404, 429, 503),
            },
        }
    },
    "/api/v1/sites/{site}/erasures/{number}": {
        "get": {
            "operationId": "getErasure",
            "summary": "The receipt of an erasure",
            "security": SECURITY,
            "parameters": [SITE, NUMBER],
            "responses": {"200": _answer("The receipt.", "Receipt"), **errors(401, 403, 404, 429, 503)},
        }
    },
}
