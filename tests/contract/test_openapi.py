"""The served OpenAPI document: valid, complete, and saying what the tables say."""

import re
from typing import Any

import pytest

from server.web.access import PUBLIC, RULES
from server.web.op_schema import of_type
from sync_protocol.rules import KINDS, TYPES
from tests.support.service import Service

OPENAPI_3_1 = re.compile(r"3\.1\.\d+")
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


@pytest.fixture
def document(service: Service) -> dict[str, Any]:
    reply = service.ask(None, "GET", "/openapi.json")
    assert reply.status_code == 200
    found: dict[str, Any] = reply.json
    return found


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (path, method): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


def references(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(references, value))
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set()


def test_it_has_the_shape_of_openapi_3_1(document: dict[str, Any]) -> None:
    assert OPENAPI_3_1.fullmatch(document["openapi"])
    assert {"title", "version"} <= set(document["info"])
    for (path, method), operation in operations(document).items():
        assert path.startswith("/")
        assert operation["responses"], (path, method)
        for code, reply in operation["responses"].items():
            assert re.fullmatch(r"[1-5]\d\d|default", code)
            assert "$ref" in reply or reply["description"], (path, method, code)
        names = re.findall(r"\{(\w+)\}", path)
        parameters = [
            *operation.get("parameters", ()),
            *document["paths"][path].get("parameters", ()),
        ]
        given = {p["name"] for p in parameters if p["in"] == "path"}
        assert given == set(names), (path, method)
        assert all(p["required"] for p in parameters if p["in"] == "path")
        assert all("schema" in p for p in parameters)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in references(document):
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert isinstance(found, dict)


def test_every_route_of_the_api_is_named_and_nothing_else(
    service: Service, document: dict[str, Any]
) -> None:
    expected = set()
    for rule in service.app.url_map.iter_rules():
        if rule.endpoint == "pages.page":
            continue
        path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule)
        methods = {m.lower() for m in rule.methods}
        methods -= {"head"} if "get" in methods else set()
        methods -= set() if rule.endpoint == "uploads.options" else {"options"}
        expected |= {(path, method) for method in methods}
    assert set(operations(document)) == expected


def test_every_operation_says_who_may_and_how_errors_look(
    service: Service, document: dict[str, Any]
) -> None:
    found = operations(document)
    for rule in service.app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule)
        for method in rule.methods:
            operation = found.get((path, method.lower()))
            automatic = method == "OPTIONS" and rule.endpoint != "uploads.options"
            if operation is None or automatic:
                continue
            public = RULES[rule.endpoint] is PUBLIC
            assert operation["security"] == ([] if public else [{"bearer": []}]), (path, method)
            error = operation["responses"]["default"]["content"]["application/problem+json"]
            assert error["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_every_kind_has_the_schema_of_its_body(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for kind, entry in KINDS.items():
        schema = schemas[f"body_{kind.replace('.', '_')}"]
        assert set(schema["properties"]) == {name.rstrip("?") for name in entry["body"]}
        assert set(schema["required"]) == {n for n in entry["body"] if not n.endswith("?")}
        assert schema["additionalProperties"] is False
    assert {f"type_{name}" for name in TYPES} <= set(schemas)


@pytest.mark.parametrize(
    ("text", "schema"),
    [
        ("text:10", {"type": "string", "minLength": 1, "maxLength": 10}),
        ("int:-5:5", {"type": "integer", "minimum": -5, "maximum": 5}),
        ("enum:a|b", {"type": "string", "enum": ["a", "b"]}),
        ("b64:32", {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}),
        ("b64:65", {"type": "string", "pattern": "^[A-Za-z0-9_-]{87}$"}),
    ],
)
def test_a_type_of_the_protocol_becomes_a_schema(text: str, schema: dict[str, Any]) -> None:
    assert of_type(text) == schema


@pytest.mark.parametrize(
    ("text", "least", "most", "members"),
    [
        ("list:id:photo:20:1", 1, 20, of_type("id:photo")),
        ("list:id:photo:20", 0, 20, of_type("id:photo")),
        ("list:op:8", 0, 8, of_type("op")),
        ("list:text:100:5", 0, 5, of_type("text:100")),
        ("list:change:8", 0, 8, {"$ref": "#/components/schemas/type_change"}),
    ],
)
def test_a_list_takes_its_last_numbers_as_bounds(
    text: str, least: int, most: int, members: dict[str, Any]
) -> None:
    bounds = {"type": "array", "items": members, "minItems": least, "maxItems": most}
    assert of_type(text) == bounds


def test_an_unknown_type_is_a_mistake_in_the_tables() -> None:
    with pytest.raises(ValueError, match="no such type"):
        of_type("number:3")
