"""`POST /api/v1/sites/{site}/import`, described."""

from __future__ import annotations

from tracker.domain.event import MAX_IMPORT_BYTES
from tracker.web.api.openapi.parts import Json, errors, json_content, query, reference

SITE: Json = {"name": "site", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
COUNT: Json = {"type": "integer", "minimum": 0}
SCHEMAS: Json = {
    "Imported": {
        "type": "object",
        "required": ["success", "dry_run", "accepted", "duplicates", "refused", "last_line", "errors"],
        "properties": {
            "success": {"type": "boolean"},
            "dry_run": {"type": "boolean"},
            "accepted": COUNT,
            "duplicates": COUNT,
            "refused": COUNT,
            "last_line": {"type": "integer", "description": "Where the last event begins."},
            "errors": {
                "type": "array",
                "description": "The first thousand.",
                "items": {
                    "type": "object",
                    "required": ["line", "field", "message"],
                    "properties": {
                        "line": {"type": "integer"},
                        "field": {"type": "string"},
                        "message": {"type": "string"},
                    },
                },
            },
        },
    }
}
PATHS: Json = {
    "/api/v1/sites/{site}/import": {
        "post": {
            "operationId": "importHistory",
            "summary": "Import events of the past",
            "description": "NDJSON (events as in `/api/v1/track`, one a line) or CSV with a header, plain or "
            f"gzip, at most {MAX_IMPORT_BYTES:,} bytes (unpacked) a part. Times are kept. The same event "
            "counts once, so a part may be sent again. 400 when nothing could be taken.",
            "security": [{"secretKey": []}, {"session": []}],
            "parameters": [
                SITE,
                query("format", {"enum": ["ndjson", "csv"]}, "By the content type if left out."),
                query("dry_run", {"enum": ["0", "1"]}, "1: check everything, keep nothing."),
                query("first_line", {"type": "integer", "minimum": 1}, "Of this part in the whole file."),
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "application/x-ndjson": {"schema": {"type": "string"}},
                    "text/csv": {"schema": {"type": "string"}},
                },
            },
            "responses": {
                "200": {"description": "Taken, on disk.", "content": json_content(reference("Imported"))},
                **errors(400, 401, 403, 404, 408, 413, 429, 503),
            },
        }
    }
}
