"""What descriptions share: security, errors, small schemas."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

SECURITY_SCHEMES: Json = {
    "secretKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "A site's secret key (`sk_…`). For servers only: it can read everything of the site.",
    },
    "siteKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Site-Key",
        "description": "A site's public key (`pk_…`). It can send events and nothing else.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "desirepath",
        "description": "A signed-in person with access to the site.",
    },
}

ERROR: Json = {
    "type": "object",
    "required": ["success", "error"],
    "properties": {
        "success": {"const": False},
        "error": {
            "type": "object",
            "required": ["code", "message", "field"],
            "properties": {
                "code": {
                    "type": "string",
                    "enum": [
                        "invalid",
                        "unauthorized",
                        "forbidden",
                        "not_found",
                        "conflict",
                        "timeout",
                        "too_large",
                        "rate_limited",
                        "unavailable",
                        "internal",
                    ],
                },
                "message": {"type": "string", "description": "What went wrong and what to do about it."},
                "field": {"type": ["string", "null"], "description": "The input at fault."},
                "reference": {
                    "type": "string",
                    "description": "Finds a failure of ours in the server's log.",
                },
            },
        },
    },
}

RETRY_AFTER: Json = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}}
}

WORDS: dict[int, str] = {
    400: "The request says something that cannot be; `error.field` tells where.",
    401: "No key or session, or one that is not valid.",
    403: "Events are not taken from pages of this origin; or whoever is signed in may not do this.",
    404: "There is no such thing, or not for you.",
    409: "It clashes with what is there; `error.message` tells how.",
    408: "The body took too long to arrive.",
    413: "More bytes or events than one request may carry.",
    429: "Too many in too short a time.",
    500: "Something broke on our side.",
    503: "Not at this moment; nothing was stored. Send the same again.",
}


def errors(*statuses: int) -> Json:
    """Responses for these statuses, all of the one error shape."""
    return {str(status): _error(status) for status in statuses}


def reference(name: str) -> Json:
    """A pointer to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def json_content(schema: Json, example: Any = None) -> Json:
    """A body of JSON."""
    content: Json = {"schema": schema}
    if example is not None:
        content["example"] = example
    return {"application/json": content}


def query(name: str, schema: Json, description: str) -> Json:
    """A parameter of the query string."""
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _error(status: int) -> Json:
    response: Json = {"description": WORDS[status], "content": json_content(reference("Error"))}
    if status in (429, 503):
        response["headers"] = RETRY_AFTER
    return response
