"""The log for everybody: checkpoint and tiles in the C2SP forms, proofs for phones."""

import re
from typing import Any

from flask import Response

from server.services import log as log_service
from server.services import queries, rewind
from server.services.problem import Problem
from server.services.runtime import current_runtime
from server.web import openapi_parts as parts
from server.web import schemas
from server.web.api import PREFIX, ApiBlueprint
from server.web.replies import json_of

log = ApiBlueprint("log", __name__, url_prefix=PREFIX, description="Log")

TILE_WIDTH = 256
# tlog-tiles: every three digits but the last are marked by an x, "x001/x234/067", then ".p/<W>".
TILE_PATH = re.compile(r"((?:x\d{3}/){0,4}\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)


@log.route("/log/checkpoint", methods=["GET"])
@log.doc(responses={"200": parts.plain_text("the newest signed note")})
def checkpoint() -> Response:
    """Return the newest signed note."""
    note = log_service.checkpoint(current_runtime())
    reply = Response(note, mimetype="text/plain")
    reply.headers["Cache-Control"] = "no-store"
    return reply


@log.route("/log/checkpoint", methods=["POST"])
@log.arguments(schemas.CheckpointSchema)
@log.doc(responses={"200": parts.json_reply("LogHead", "the log continues it; this is its head")})
def present(said: dict[str, Any]) -> Response:
    """Show the log a checkpoint it signed; one that it does not continue stops all writing."""
    return json_of(rewind.present(current_runtime(), said["checkpoint"]))


@log.route("/log/genesis", methods=["GET"])
@log.doc(responses={"200": parts.json_reply("OpEntry", "the operation that is leaf 0")})
def genesis() -> Response:
    """Return the operation that began the log: it names the log's key and the system's."""
    entry = queries.genesis(current_runtime())
    if entry is None:
        raise Problem("not_found")
    return json_of(entry)


@log.route("/log/epochs", methods=["GET"])
@log.doc(responses={"200": parts.json_reply("Epochs", "what opened each later epoch")})
def epochs() -> Response:
    """Return the operations that opened the epochs after a restore."""
    return json_of(queries.opening_entries(current_runtime()))


@log.route("/log/tile/<int(max=9):level>/<path:place>", methods=["GET"])
@log.doc(responses={"200": parts.binary("hashes of 32 bytes")})
def tile(level: int, place: str) -> Response:
    """Return a tile of the tree."""
    number, width = _placed(place)
    return _tile(log_service.tile(current_runtime(), level, number, width), width)


@log.route("/log/tile/entries/<path:place>", methods=["GET"])
@log.doc(responses={"200": parts.binary("entries, each after its length in two bytes")})
def entries(place: str) -> Response:
    """Return the entries below a tile."""
    number, width = _placed(place)
    return _tile(log_service.entries_tile(current_runtime(), number, width), width)


def _placed(place: str) -> tuple[int, int]:
    found = TILE_PATH.fullmatch(place)
    if found is None or int(found[2] or 1) >= TILE_WIDTH:
        raise Problem("not_found")
    number = int(found[1].replace("x", "").replace("/", ""))
    canonical = number >= 1000 ** found[1].count("x") or "x" not in found[1]
    if not canonical:
        raise Problem("not_found")
    return number, int(found[2] or TILE_WIDTH)


def _tile(data: bytes | None, width: int) -> Response:
    if data is None:
        raise Problem("not_found")
    reply = Response(data, mimetype="application/octet-stream")
    whole = width == TILE_WIDTH
    reply.headers["Cache-Control"] = "public, max-age=31536000, immutable" if whole else "no-cache"
    return reply


@log.route("/log/proof/<int(max=9007199254740991):index>", methods=["GET"])
@log.arguments(schemas.SizeQuerySchema, location="query")
@log.doc(responses={"200": parts.json_reply("InclusionProof", "that the leaf is in the tree")})
def proof(asked: dict[str, Any], index: int) -> Response:
    """Return the inclusion proof of a leaf."""
    return json_of(log_service.inclusion(current_runtime(), index, asked["size"]))


@log.route("/log/consistency", methods=["GET"])
@log.arguments(schemas.ConsistencyQuerySchema, location="query")
@log.doc(responses={"200": parts.json_reply("ConsistencyProof", "that one tree extends the other")})
def consistency(asked: dict[str, Any]) -> Response:
    """Return the proof that the tree only grew."""
    return json_of(log_service.consistency(current_runtime(), asked["old"], asked["size"]))
