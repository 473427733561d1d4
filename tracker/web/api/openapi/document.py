"""The whole document, put together from its parts."""

from __future__ import annotations

from tracker import __version__
from tracker.web.api.openapi import (
    activity,
    consents,
    credits,
    definitions,
    events,
    history,
    keeping,
    parts,
    people,
    privacy,
    questions,
    track,
    webhooks,
)
from tracker.web.api.openapi.parts import Json, json_content

SELF: Json = {
    "/api/openapi.json": {
        "get": {
            "operationId": "openapi",
            "summary": "This document",
            "security": [{}],
            "responses": {"200": {"description": "OpenAPI.", "content": json_content({"type": "object"})}},
        }
    }
}


def build() -> Json:
    """The OpenAPI document as JSON values."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Desirepath",
            "version": __version__,
            "description": "Send events, and read them back.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": {
            **track.PATHS,
            **events.PATHS,
            **_together(questions.paths(), credits.PATHS),
            **definitions.PATHS,
            **people.PATHS,
            **privacy.PATHS,
            **consents.PATHS,
            **keeping.PATHS,
            **activity.PATHS,
            **webhooks.PATHS,
            **history.PATHS,
            **SELF,
        },
        "components": {
            "securitySchemes": {**parts.SECURITY_SCHEMES, **activity.SECURITY, **webhooks.SECURITY},
            "schemas": {
                "Error": parts.ERROR,
                **track.SCHEMAS,
                **events.SCHEMAS,
                **definitions.SCHEMAS,
                **credits.SCHEMAS,
                **history.SCHEMAS,
                **people.SCHEMAS,
                **privacy.SCHEMAS,
                **consents.SCHEMAS,
                **keeping.SCHEMAS,
            },
        },
    }


def _together(*parts_of_it: Json) -> Json:
    """Paths of several parts; one path may have methods in more than one of them."""
    found: Json = {}
    for part in parts_of_it:
        for path, item in part.items():
            found[path] = {**found.get(path, {}), **item}
    return found
