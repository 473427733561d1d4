"""`/api/v1/sites/{site}/definitions/{kind}`, described."""

from __future__ import annotations

from tracker.definitions.kinds import KINDS
from tracker.web.api.openapi.parts import Json, errors, json_content, reference

SEGMENT_CRITERIA = (
    "`criteria` is `{and: […]}`, `{or: […]}`, `{not: …}`, or one of `event`, `page`, `trait`, `property`, "
    "`dimension`, `first_seen`, `last_seen`, `total` with what it takes; docs/segments-funnels-goals.md "
    "shows each."
)
SCHEMAS: Json = {
    "NewDefinition": {
        "type": "object",
        "required": ["name"],
        "description": "A segment (`name`, `criteria`), goal (`name`, `event` or `page`, `filters`), funnel "
        "(`name`, `steps`, `window`, `per`) or feature (`name`, `category`). " + SEGMENT_CRITERIA,
        "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 120}},
    },
    "Definition": {
        "type": "object",
        "required": ["id", "name", "createdAt", "changedAt"],
        "properties": {
            "id": {"type": "integer"},
            "name": {"type": "string"},
            "createdAt": {"type": "integer", "description": "Milliseconds since 1970."},
            "changedAt": {"type": "integer", "description": "Milliseconds since 1970."},
        },
    },
}
SITE: Json = {"name": "site", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
KIND: Json = {"name": "kind", "in": "path", "required": True, "schema": {"enum": list(KINDS)}}
NUMBER: Json = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
SECURITY: list[Json] = [{"secretKey": []}, {"session": []}]
BODY: Json = {"required": True, "content": json_content(reference("NewDefinition"))}
PATH = "/api/v1/sites/{site}/definitions/{kind}"


def _operation(name: str, summary: str, status: str, *statuses: int, numbered: bool = True) -> Json:
    content = {} if status == "204" else {"content": json_content(reference("Definition"))}
    return {
        "operationId": name,
        "summary": summary,
        "security": SECURITY,
        "parameters": [SITE, KIND, *([NUMBER] if numbered else [])],
        "responses": {status: {"description": summary, **content}, **errors(*statuses)},
    }


CHANGING = (400, 401, 403, 404, 409, 413, 429, 503)
PATHS: Json = {
    PATH: {
        "get": {
            **_operation("listDefinitions", "List what is defined", "200", 401, 404, 429, numbered=False),
            "description": "Under the kind's name what the site has, by name; under `templates` what it may "
            "start from.",
            "responses": {
                "200": {"description": "All of the kind.", "content": json_content({"type": "object"})},
                **errors(401, 404, 429),
            },
        },
        "post": {
            **_operation("createDefinition", "Keep a definition", "201", *CHANGING, numbered=False),
            "requestBody": BODY,
        },
    },
    PATH + "/{number}": {
        "get": _operation("getDefinition", "Get one", "200", 401, 404, 429),
        "put": {
            **_operation("replaceDefinition", "Replace one", "200", *CHANGING),
            "requestBody": BODY,
        },
        "delete": _operation("deleteDefinition", "Remove one", "204", 400, 401, 403, 404, 429, 503),
    },
}
