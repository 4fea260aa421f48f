"""The API's common ground: strict argument parsing, path patterns, the OpenAPI collector.

marshmallow guards the control plane here: no coercion, unknown members refused, each error named
by the path of its field. The op path decodes itself (`web/ops.py`).
"""

from typing import Any, NoReturn

import marshmallow
from flask import Flask, Request
from flask_smorest import Api, Blueprint
from webargs.flaskparser import FlaskParser
from werkzeug.routing import BaseConverter

from server.services.problem import Problem
from server.web.request_body import json_body

PREFIX = "/api/v1"


class Hex64(BaseConverter):
    """An op id or a digest."""

    regex = "[0-9a-f]{64}"


class Space(BaseConverter):
    """A jurisdiction code or `common`."""

    regex = "[0-9]{6}|common"


class EntityKind(BaseConverter):
    """The first half of an entity's key."""

    regex = "[a-z0-9_]{1,40}"


class EntityId(BaseConverter):
    """The second half of an entity's key."""

    regex = "[0-9a-z-]{1,80}"


class UploadId(BaseConverter):
    """32 hex digits."""

    regex = "[0-9a-f]{32}"


class PagePath(BaseConverter):
    """Any path that is not the API's, so that a wrong API path is never answered by a page."""

    regex = r"(?!api(?:/|$)).+"
    part_isolating = False


CONVERTERS: dict[str, type[BaseConverter]] = {
    "hex64": Hex64,
    "space": Space,
    "kind": EntityKind,
    "id": EntityId,
    "upload": UploadId,
    "page": PagePath,
}


class StrictParser(FlaskParser):
    """Arguments exactly as their schema says, errors as problems."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}  # noqa: RUF012 - webargs' own shape

    def load_json(self, req: Request, schema: marshmallow.Schema) -> Any:  # noqa: ARG002
        """Return the body, read strictly and within its limit."""
        return json_body(req)

    def handle_error(self, error: marshmallow.ValidationError, *_: Any, **__: Any) -> NoReturn:
        """Raise `invalid_field` with the path of the first field at fault."""
        path, text = _first(next(iter(error.normalized_messages().values())))
        raise Problem("invalid_field", text, field=path)


def _first(messages: Any, path: str = "") -> tuple[str, str]:
    while isinstance(messages, dict):
        name = min(messages, key=str)
        path += "" if name == "_schema" else f".{name}"
        messages = messages[name]
    return path.removeprefix("."), messages[0] if isinstance(messages, list) else str(messages)


class ApiBlueprint(Blueprint):
    """A blueprint whose arguments are strict."""

    ARGUMENTS_PARSER = StrictParser()


class ProblemSchema(marshmallow.Schema):
    """A problem document (RFC 9457)."""

    type = marshmallow.fields.String(required=True)
    title = marshmallow.fields.String(required=True)
    status = marshmallow.fields.Integer(required=True)
    code = marshmallow.fields.String(required=True)
    zh = marshmallow.fields.String(required=True)
    en = marshmallow.fields.String(required=True)
    detail = marshmallow.fields.String()
    field = marshmallow.fields.String()


class ProblemApi(Api):
    """flask-smorest with our problem documents in place of its own errors."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Leave errors to `web/problems.py`."""


def prepare(app: Flask) -> ProblemApi:
    """Give an app the path patterns and return the collector of its API."""
    app.url_map.converters.update(CONVERTERS)
    app.config |= {"API_TITLE": "Liuhen", "API_VERSION": "1", "OPENAPI_VERSION": "3.1.0"}
    collector = ProblemApi(app)
    for converter in CONVERTERS.values():
        if converter is not PagePath:
            collector.register_converter(converter, _of_form)
    return collector


def _of_form(converter: BaseConverter) -> dict[str, str]:
    return {"type": "string", "pattern": f"^(?:{converter.regex})$"}
