"""`/api/v1/openapi.json`: OpenAPI 3.1, from the code's own routes and the protocol's tables."""

import re
from typing import Any

import msgspec
from flask import Flask, Response, current_app

from server.web import op_schema, recordings_schema
from server.web.access import PUBLIC, RULES
from server.web.api import PREFIX, ApiBlueprint, ProblemApi
from server.web.problems import MEDIA_TYPE
from server.web.replies import json_bytes

openapi = ApiBlueprint("openapi", __name__, url_prefix=PREFIX, description="This document")

EXTENSION = "liuhen_openapi"
PLACEHOLDER = re.compile(r"<(?:[^:<>]+:)?(\w+)>")


@openapi.route("/openapi.json", methods=["GET"])
@openapi.doc(responses={"200": {"description": "this document"}})
def show() -> Response:
    """Return this document."""
    return json_bytes(current_app.extensions[EXTENSION])


def publish(app: Flask, api: ProblemApi) -> None:
    """Make the document, once every route is known."""
    app.extensions[EXTENSION] = msgspec.json.encode(document(app, api))


def document(app: Flask, api: ProblemApi) -> dict[str, Any]:
    """Return the document: what the decorators say, plus operations, errors and security."""
    made: dict[str, Any] = api.spec.to_dict()
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(op_schema.components() | recordings_schema.components())
    schemas["Problem"] = schemas.pop("Problem", {"type": "object"})
    made["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    public = _public_operations(app)
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            if isinstance(operation, dict) and "responses" in operation:
                _complete(operation, secured=(path, method) not in public)
    return made


def _complete(operation: dict[str, Any], *, secured: bool) -> None:
    """Give an operation its security and the one shape every error has."""
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    kept = {code: reply for code, reply in operation["responses"].items() if code[:1] == "2"}
    kept["default"] = {"description": "a problem (RFC 9457)", "content": {MEDIA_TYPE: problem}}
    operation["responses"] = kept
    operation["security"] = [{"bearer": []}] if secured else []


def _public_operations(app: Flask) -> set[tuple[str, str]]:
    """Return (path, method) of what needs no session, from the table of access."""
    public = [rule for rule in app.url_map.iter_rules() if RULES.get(rule.endpoint) is PUBLIC]
    return {
        (PLACEHOLDER.sub(r"{\1}", rule.rule), method.lower())
        for rule in public
        for method in rule.methods or ()
        if method != "OPTIONS" or rule.provide_automatic_options is False
    }
