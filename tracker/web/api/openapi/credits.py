"""`POST /api/v1/sites/{site}/credits`, described."""

from __future__ import annotations

from tracker.support.credits import MAX_REASON, MAX_REFERENCE, OPERATIONS
from tracker.web.api.openapi.parts import Json, errors, json_content, reference

SITE: Json = {"name": "site", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
AMOUNT: Json = {"type": "string", "pattern": r"^-?\d+\.\d{2,4}$"}
CURRENCY: Json = {"type": ["string", "null"], "pattern": "^[A-Za-z0-9_-]{1,20}$"}
SCHEMAS: Json = {
    "CreditChange": {
        "type": "object",
        "required": ["user", "amount", "operation", "reference"],
        "additionalProperties": False,
        "properties": {
            "user": {
                "type": ["string", "integer", "object"],
                "description": "The user's id, or an object with `id`, or with `email` of somebody known.",
            },
            "amount": {
                "type": ["string", "number"],
                "description": "Above zero, four decimals at most. Exact, as text or as number.",
            },
            "operation": {"enum": list(OPERATIONS)},
            "currency": {**CURRENCY, "description": "Each currency has a balance of its own."},
            "reason": {"type": ["string", "null"], "maxLength": MAX_REASON},
            "reference": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_REFERENCE,
                "description": "Your id of this operation. Sent again, it moves nothing; of a payment, "
                "it says that the payment is credited.",
            },
        },
    },
    "CreditsMoved": {
        "type": "object",
        "required": [
            "success", "duplicate", "id", "user", "operation", "amount", "currency", "balance", "reference",
        ],
        "properties": {
            "success": {"const": True},
            "duplicate": {"type": "boolean", "description": "Whether the reference was used for it before."},
            "id": {"type": "integer", "description": "The event's number."},
            "user": {"type": "string"},
            "operation": {"enum": list(OPERATIONS)},
            "amount": AMOUNT,
            "currency": CURRENCY,
            "balance": {**AMOUNT, "description": "What is left now, in this currency."},
            "reference": {"type": "string"},
        },
    },
}  # fmt: skip
EXAMPLE: Json = {
    "user": "42",
    "amount": "5.00",
    "operation": "add",
    "reason": "welcome",
    "reference": "welcome-42",
}
PATHS: Json = {
    "/api/v1/sites/{site}/credits": {
        "post": {
            "operationId": "moveCredits",
            "summary": "Add or deduct credits",
            "description": "Kept as an event `credits_added` or `credits_deducted` before it is answered. "
            "409 (nothing is moved) where less than nothing would be left, or where the reference stands "
            "for another operation.",
            "security": [{"secretKey": []}, {"session": []}],
            "parameters": [SITE],
            "requestBody": {
                "required": True,
                "content": json_content(reference("CreditChange"), EXAMPLE),
            },
            "responses": {
                "200": {
                    "description": "Moved, on disk.",
                    "content": json_content(reference("CreditsMoved")),
                },
                **errors(400, 401, 403, 404, 409, 413, 429, 503),
            },
        }
    }
}
