"""The OpenAPI document: complete, valid, and true."""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.live_server import Keys
from tests.web.events import write
from tracker.errors import STATUS, Code
from tracker.web.api.openapi import document


def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    components = document.build()["components"]
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": components}
    )


def routes(app: Flask) -> set[tuple[str, str]]:
    """(path as OpenAPI writes it, method) of every route under /api, and of the doors of apps."""
    return {
        (
            re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).replace("{site_id}", "{site}").rstrip("/"),
            method.lower(),
        )
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/api/", "/activity/", "/webhooks/"))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not (rule.endpoint.startswith("doors.") and method == "GET")  # one rule takes all doors' methods
    }


def test_every_route_is_described_and_nothing_else(app: Flask) -> None:
    described = {(path, method) for path, item in document.build()["paths"].items() for method in item}
    assert described == routes(app)


def test_everybody_may_read_it(client: FlaskClient) -> None:
    answer = client.get("/api/openapi.json")
    assert answer.get_json() == document.build()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_references_lead_somewhere() -> None:
    whole = document.build()
    text = str(whole)
    for name in re.findall(r"#/components/schemas/(\w+)", text):
        assert name in whole["components"]["schemas"]
    for operation in (op for item in whole["paths"].values() for op in item.values()):
        assert operation["summary"]
        for scheme in operation["security"]:
            assert set(scheme) <= set(whole["components"]["securitySchemes"])


def test_error_codes_are_the_ones_there_are() -> None:
    codes = document.build()["components"]["schemas"]["Error"]["properties"]["error"]["properties"]["code"]
    assert codes["enum"] == [str(code) for code in Code]
    assert set(STATUS) == set(Code)


@pytest.mark.parametrize("path", ["/api/v1/sites/1/events", "/api/nothing", "/api/v1/track"])
def test_errors_have_their_shape(client: FlaskClient, path: str) -> None:
    validator("Error").validate(client.get(path).get_json())


def test_answers_have_their_shape(app: Flask, client: FlaskClient, site: Keys) -> None:
    write(app, site.id, 1_760_000_000_000, {"user_id": "42", "profile": '{"name":"A"}'}, {"bot": "crawler"})
    bearer = {"Authorization": f"Bearer {site.secret_key}"}
    validator("Events").validate(client.get(f"/api/v1/sites/{site.id}/events", headers=bearer).get_json())
    batch: dict[str, Any] = {"events": [{"eventName": "a"}, {"eventName": ""}]}
    answer = client.post("/api/v1/track", json=batch, headers={"X-Site-Key": site.site_key})
    validator("Accepted").validate(answer.get_json())


def test_the_example_is_valid_and_works(client: FlaskClient, site: Keys) -> None:
    operation = document.build()["paths"]["/api/v1/track"]["post"]
    batch = operation["requestBody"]["content"]["application/json"]["example"]
    validator("Batch").validate(batch)
    answer = client.post("/api/v1/track", json=batch | {"site": site.site_key})
    assert (answer.status_code, answer.get_json()["accepted"]) == (200, 1)


def test_whatever_is_asked_is_answered_as_described(app: Flask, site: Keys) -> None:
    """Schemathesis makes up requests; none may break the server or the description."""
    write(app, site.id, 1_760_000_000_000, {}, {"name": "other"})
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    operation = schema["/api/v1/sites/{site}/events"]["GET"]

    @settings(max_examples=80, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        case.path_parameters = {"site": site.id}
        response = case.call(headers={"Authorization": f"Bearer {site.secret_key}"})
        case.validate_response(
            response, checks=[not_a_server_error, response_schema_conformance, status_code_conformance]
        )

    ask()
