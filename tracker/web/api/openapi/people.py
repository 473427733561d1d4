"""One person's rights, described."""

from __future__ import annotations

from tracker.web.api.openapi.parts import Json, errors, json_content, reference

UTC: Json = {"type": "string", "format": "date-time"}
SCHEMAS: Json = {
    "Receipt": {
        "type": "object",
        "required": ["id", "kind", "orderedAt", "erasedAt", "finishedAt", "events"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "integer"},
            "kind": {"type": "string", "enum": ["erased", "pseudonymised"]},
            "orderedAt": {
                **UTC,
                "description": "Nothing an erased person did before is taken in again, nothing that tells "
                "who a pseudonymised one is from then on.",
            },
            "erasedAt": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "The same as `orderedAt` for an erasure, null for anything else.",
            },
            "finishedAt": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "When nothing of it was left in any file; null until then.",
            },
            "events": {"type": "integer", "description": "How many events were deleted, or changed."},
        },
    },
    "PersonExport": {
        "type": "object",
        "required": [
            "site",
            "exportedAt",
            "users",
            "visitors",
            "knownAs",
            "stays",
            "complete",
            "unread",
            "events",
            "archived",
        ],
        "properties": {
            "site": {"type": "integer"},
            "exportedAt": UTC,
            "users": {"type": "array", "items": {"type": "string"}},
            "visitors": {"type": "array", "items": {"type": "string"}},
            "knownAs": {"type": "array", "items": {"type": "object"}},
            "stays": {
                "type": "array",
                "description": "What stays of days whose details went: ids, from when to when, and as whom "
                "they came.",
                "items": {"type": "object"},
            },
            "complete": {
                "type": "boolean",
                "description": "False where something of the archive could not be read: see `unread`.",
            },
            "unread": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["month", "problem"],
                    "properties": {
                        "month": {
                            "type": ["string", "null"],
                            "description": "As 2026-03 (UTC); null where it is all of the archive.",
                        },
                        "problem": {"type": "string"},
                    },
                },
            },
            "events": {"type": "array", "items": reference("Event")},
            "archived": {
                "type": "array",
                "description": "Events that are only in the archive, as `events` but without an `id`.",
                "items": {"type": "object"},
            },
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
TEXT: Json = {"type": "string"}
FORMAT: Json = {
    "name": "format",
    "in": "query",
    "schema": {"type": "string", "enum": ["json", "html"], "default": "json"},
    "description": "`html` is a page that anybody can read, in one file.",
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
            "description": "What was archived and is not in the ledger any more is part of it.",
            "parameters": [SITE, PERSON, FORMAT],
            "responses": {
                "200": {
                    "description": "Everything.",
                    "content": json_content(reference("PersonExport")) | {"text/html": {"schema": TEXT}},
                },
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
    "/api/v1/sites/{site}/people/{person}/pseudonymise": {
        "post": {
            "operationId": "pseudonymisePerson",
            "summary": "Put pseudonyms in place of what tells who one person is",
            "description": "E-mail, phone number, names and such traits get pseudonyms everywhere, also in "
            "what comes later. Events, figures and ids stay; who knows the e-mail still finds the person "
            "by it. Cannot be undone.",
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
            "summary": "The receipt of an erasure or a pseudonymisation",
            "security": SECURITY,
            "parameters": [SITE, NUMBER],
            "responses": {"200": _answer("The receipt.", "Receipt"), **errors(401, 403, 404, 429, 503)},
        }
    },
}
