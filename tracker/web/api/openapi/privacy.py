"""What a site collects of its visitors, described."""

from __future__ import annotations

from tracker.web.api.openapi.parts import Json, errors, json_content, reference
from tracker.web.api.openapi.people import SECURITY, SITE

SETTINGS: Json = {
    "identity": {
        "type": "string",
        "enum": ["cookieless", "consent", "persistent"],
        "description": "How visitors are told apart.",
    },
    "honour_dnt": {"type": "boolean", "description": "Drop what browsers send that ask not to be tracked."},
    "track_anonymous": {"type": "boolean", "description": "Keep events of browsers that name no user."},
    "collect_ip": {"type": "boolean", "description": "Keep the addresses of visitors."},
    "collect_user_agent": {"type": "boolean", "description": "Keep the raw user agent."},
    "privacy_page": {"type": "boolean", "description": "Show `/privacy/{site key}` to everybody."},
    "privacy_contact": {
        "type": "string",
        "maxLength": 254,
        "description": "The e-mail address shown there, or empty.",
    },
}
COLLECTED: Json = {
    "type": "array",
    "description": "What these settings mean for visitors, as the pages say it.",
    "items": {
        "type": "object",
        "required": ["heading", "sentences"],
        "properties": {
            "heading": {"type": "string"},
            "sentences": {"type": "array", "items": {"type": "string"}},
        },
    },
}
SCHEMAS: Json = {
    "Privacy": {
        "type": "object",
        "required": [*SETTINGS, "collected"],
        "additionalProperties": False,
        "properties": {**SETTINGS, "collected": COLLECTED},
    },
    "PrivacyChange": {"type": "object", "additionalProperties": False, "properties": SETTINGS},
}
ANSWER: Json = {"description": "As it is now.", "content": json_content(reference("Privacy"))}
PATHS: Json = {
    "/api/v1/sites/{site}/privacy": {
        "get": {
            "operationId": "getPrivacy",
            "summary": "What a site collects of its visitors",
            "security": SECURITY,
            "parameters": [SITE],
            "responses": {"200": ANSWER, **errors(401, 403, 404, 429, 503)},
        },
        "patch": {
            "operationId": "changePrivacy",
            "summary": "Change what a site collects of its visitors",
            "description": "Only the settings that are named change. Either all of them do, or none.",
            "security": SECURITY,
            "parameters": [SITE],
            "requestBody": {
                "required": True,
                "content": json_content(reference("PrivacyChange"), {"collect_ip": False}),
            },
            "responses": {"200": ANSWER, **errors(400, 401, 403, 404, 429, 503)},
        },
    }
}
