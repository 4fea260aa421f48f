"""Reading the state: rows of a space, an author's rulings, the timeline of one thing."""

from typing import Any

import msgspec
from flask import Response

from server.services import held as held_service
from server.services import queries
from server.services.problem import Problem
from server.services.runtime import current_runtime
from server.web import openapi_parts as parts
from server.web import schemas
from server.web.api import PREFIX, ApiBlueprint
from server.web.replies import json_bytes, json_of

pull = ApiBlueprint("pull", __name__, url_prefix=PREFIX, description="Pull")

EMPTY_PAGE_BYTES_MAX = 200


class _Head(msgspec.Struct):
    complete_through: int


@pull.route("/spaces/<space:space>/rows", methods=["GET"])
@pull.arguments(schemas.RowsQuerySchema, location="query")
@pull.doc(responses={"200": parts.json_reply("RowsPage", "rows after the cursor, in one snapshot")})
def rows(cursor: dict[str, Any], space: str) -> Response:
    """Return one page of rows."""
    after_index, after_entity = cursor["after_index"], cursor["after_entity"]
    page = queries.rows_page(current_runtime(), space, after_index, after_entity, cursor["limit"])
    _refuse_future(page, after_index)
    return json_bytes(page)


@pull.route("/chains/<hex64:chain>/rulings", methods=["GET"])
@pull.arguments(schemas.RulingsQuerySchema, location="query")
@pull.doc(responses={"200": parts.json_reply("RulingsPage", "rulings after the cursor")})
def rulings(cursor: dict[str, Any], chain: str) -> Response:
    """Return one page of the rulings over a chain's operations."""
    after_index = cursor["after_index"]
    page = queries.rulings_page(current_runtime(), chain, after_index, cursor["limit"])
    _refuse_future(page, after_index)
    return json_bytes(page)


@pull.route("/spaces/<space:space>/held", methods=["GET"])
@pull.arguments(schemas.HeldQuerySchema, location="query")
@pull.doc(responses={"200": parts.json_reply("HeldPage", "ops without effect, the newest first")})
def held(asked: dict[str, Any], space: str) -> Response:
    """Return the quarantined, waiting or refused operations of a space."""
    page = held_service.page(
        current_runtime(), space, asked["outcome"], asked["before_index"], asked["limit"]
    )
    return json_of(page)


def _refuse_future(page: bytes, after_index: int) -> None:
    """Refuse a cursor beyond the log's end: it comes from another log, or from before a restore."""
    if len(page) > EMPTY_PAGE_BYTES_MAX:
        return
    if after_index >= msgspec.json.decode(page, type=_Head).complete_through > 0:
        raise Problem("cursor_gone", field="after_index")


@pull.route("/entities/<kind:kind>/<id:id>/timeline", methods=["GET"])
@pull.arguments(schemas.TimelineQuerySchema, location="query")
@pull.doc(responses={"200": parts.json_reply("Timeline", "operations on it, the newest first")})
def timeline(asked: dict[str, Any], kind: str, id: str) -> Response:  # noqa: A002 - the path's name
    """Return what was done to one thing."""
    before_index, limit = asked["before_index"], asked["limit"]
    return json_of(queries.timeline(current_runtime(), f"{kind}/{id}", before_index, limit))
