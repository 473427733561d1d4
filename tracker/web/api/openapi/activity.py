"""The shapes of apps and marketplaces, described. Their addresses work with a last slash, too."""

from __future__ import annotations

from tracker.domain.products import ACTIONS
from tracker.doors.activity import KNOWN, MAX_TYPE
from tracker.web.api.openapi.parts import Json, errors, json_content

OBJECT: Json = {"type": "object"}
TOKEN: list[Json] = [{"userToken": []}]
ANYBODY: list[Json] = [{"userToken": []}, {"siteKey": []}, {}]
SERVER: list[Json] = [{"secretKey": []}]
PRODUCT: Json = {"name": "product_id", "in": "path", "required": True, "schema": {"type": "string"}}
COUNTS: Json = {
    "type": "object",
    "required": list(ACTIONS),
    "properties": {action: {"type": "integer"} for action in ACTIONS},
}


def _body(required: list[str], properties: Json) -> Json:
    schema = {"type": "object", "required": required, "properties": properties}
    return {"required": True, "content": json_content(schema)}


def _reply(description: str, *statuses: int) -> Json:
    return {
        "200": {"description": description, "content": json_content(OBJECT)},
        **errors(*statuses),
    }


def _get(name: str, summary: str, security: list[Json], parameters: list[Json], *statuses: int) -> Json:
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "security": security,
            "parameters": parameters,
            "responses": _reply(summary, 400, 401, 403, 429, *statuses),
        }
    }


def _query(name: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": "query", "schema": schema, "description": description}


ACTIVITY: Json = {
    "post": {
        "operationId": "trackActivity",
        "summary": "One activity of the user a token names",
        "description": "Kept as an event of its type; `details.amount` stays exact. A strict site takes "
        f"these types only: {', '.join(sorted(KNOWN))}.",
        "security": TOKEN,
        "requestBody": _body(
            ["activity_type"],
            {
                "activity_type": {"type": "string", "minLength": 1, "maxLength": MAX_TYPE},
                "timestamp": {"type": ["string", "integer", "null"]},
                "details": {
                    "type": ["object", "null"],
                    "properties": {
                        "amount": {"type": ["number", "string"]},
                        "platform": {"type": "string", "default": "mobile"},
                        "app_version": {"type": "string"},
                    },
                },
            },
        ),
        "responses": _reply("On disk.", 400, 401, 403, 408, 413, 429, 503),
    }
}
ACT: Json = {
    "post": {
        "operationId": "trackProduct",
        "summary": "Something done with a product",
        "description": "Without a user token a session key tells people apart; one is issued (in the answer "
        "and as a cookie) where none is sent. Sent with a token later, it brings the past along.",
        "security": ANYBODY,
        "requestBody": _body(
            ["product_id", "action"],
            {
                "product_id": {"type": ["string", "integer"]},
                "action": {"type": "string", "enum": list(ACTIONS)},
                "product_name": {"type": ["string", "null"]},
                "session_key": {"type": ["string", "null"]},
            },
        ),
        "responses": _reply("On disk, with its number.", 400, 401, 403, 408, 413, 429, 503),
    }
}
TOKENS: Json = {
    "post": {
        "operationId": "makeToken",
        "summary": "A user token (JWT, HS256)",
        "security": SERVER,
        "requestBody": _body(
            ["user"],
            {
                "user": {
                    "type": "object",
                    "required": ["id"],
                    "properties": {
                        "id": {"type": ["string", "integer"]},
                        "name": {"type": "string"},
                        "email": {"type": "string"},
                        "phone_number": {"type": "string"},
                    },
                },
                "expires_in": {
                    "type": "integer",
                    "minimum": 60,
                    "description": "Seconds; a day unless told.",
                },
            },
        ),
        "responses": _reply(
            "`token`, `expires_in` in seconds, `expires_at` in milliseconds since 1970.", 400, 401, 408, 413
        ),
    }
}
STATS = _get("productStats", "A product's counts and rates, right at this moment", ANYBODY, [PRODUCT], 503)
PATHS: Json = {
    "/activity/track": ACTIVITY,
    "/api/activity/track": ACT,
    "/api/v1/tokens": TOKENS,
    "/api/activity/stats/{product_id}": STATS,
    "/api/activity/summary/{product_id}": _get(
        "productSummary",
        "Counts, people and rates a day, week or month",
        ANYBODY,
        [
            PRODUCT,
            _query("period", {"enum": ["daily", "weekly", "monthly"], "default": "daily"}, "The step."),
        ],
        503,
    ),
    "/api/activity/history": _get(
        "userHistory",
        "What the token's user did, newest first",
        TOKEN,
        [
            _query("action", {"type": "string", "enum": list(ACTIONS)}, "Only this action."),
            _query("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "At most."),
        ],
        503,
    ),
    "/api/v1/products": _get(
        "productNames", "Names of products", SERVER, [_query("ids", {"type": "string"}, "Like P1,P2.")], 503
    ),
    "/api/v1/products/{product_id}": {
        **_get("product", "One product as it is known", SERVER, [PRODUCT], 404, 503),
        "put": {
            "operationId": "nameProduct",
            "summary": "Tell what a product is called",
            "security": SERVER,
            "parameters": [PRODUCT],
            "requestBody": _body(["name"], {"name": {"type": "string", "minLength": 1}}),
            "responses": _reply("On disk.", 400, 401, 403, 413, 429, 503),
        },
    },
}
SECURITY: Json = {
    "userToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A user token: HS256, signed with the site's token secret, `sub` is the user's id.",
    }
}
