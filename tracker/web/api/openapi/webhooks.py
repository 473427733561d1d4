"""Webhooks of payment providers, described."""

from __future__ import annotations

from tracker.web.api.openapi.parts import Json, errors, json_content

SITE: Json = {"name": "site", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
ANSWER: Json = {
    "type": "object",
    "required": ["success", "duplicate"],
    "properties": {
        "success": {"const": True},
        "duplicate": {"type": "boolean", "description": "Whether it was told before; then it counts once."},
    },
}


def _webhook(name: str, label: str, scheme: str, description: str) -> Json:
    return {
        "post": {
            "operationId": name,
            "summary": f"A webhook of {label}",
            "description": f"{description} Kept as `webhook_received`, verified, before it is answered.",
            "security": [{scheme: []}],
            "parameters": [SITE],
            "requestBody": {"required": True, "content": json_content({"type": "object"})},
            "responses": {
                "200": {"description": "On disk.", "content": json_content(ANSWER)},
                **errors(400, 401, 404, 408, 413, 503),
            },
        }
    }


PATHS: Json = {
    "/webhooks/paystack/{site}": _webhook(
        "paystackWebhook",
        "Paystack",
        "paystackSignature",
        "The header is the HMAC-SHA512 of the body with the account's secret key.",
    ),
    "/webhooks/stripe/{site}": _webhook(
        "stripeWebhook",
        "Stripe",
        "stripeSignature",
        "The header is `t=…,v1=…`: HMAC-SHA256 of `t.body` with the endpoint's secret, not older than "
        "five minutes.",
    ),
}
SECURITY: Json = {
    "paystackSignature": {"type": "apiKey", "in": "header", "name": "X-Paystack-Signature"},
    "stripeSignature": {"type": "apiKey", "in": "header", "name": "Stripe-Signature"},
}
