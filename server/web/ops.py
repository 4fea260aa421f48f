"""The op path: operations in, receipts out; one operation as it was signed.

The body is decoded here without schemas: `ingest` admits or rejects each item by itself, so one
broken item never holds up the others.
"""

from typing import Any

from flask import Response, g, request

from server.services import evidence, following, ingest, queries
from server.services.ingest import Carrier
from server.services.problem import Problem
from server.services.runtime import current_runtime
from server.web import openapi_parts as parts
from server.web.access import signed_in
from server.web.api import PREFIX, ApiBlueprint
from server.web.replies import json_of
from server.web.request_body import JSON_TYPE, decoded_batch, read_all, require_media_type
from sync_protocol.rules import LIMITS

ops = ApiBlueprint("ops", __name__, url_prefix=PREFIX, description="Operations")


@ops.route("/ops", methods=["POST"])
@ops.doc(requestBody=parts.PUSH_BODY, responses={"200": parts.PUSH_REPLY})
def push() -> Response:
    """Bring operations; each gets a receipt or a reason of its own, in the order sent."""
    require_media_type(request, JSON_TYPE)
    raw = read_all(request, LIMITS["batch_bytes"])
    items: list[Any] = decoded_batch(raw, list[Any])
    g.op_count = len(items)
    runtime = current_runtime()
    reply = ingest.push(runtime, items, Carrier(signed_in().id))
    if b"sha256" in raw:
        evidence.settle(runtime)
    following.after_push(runtime, items, reply["items"])
    return json_of(reply)


@ops.route("/ops/<hex64:op>", methods=["GET"])
@ops.doc(responses={"200": parts.json_reply("OpEntry", "the operation as it was signed")})
def show(op: str) -> Response:
    """Return one operation with its receipt and ruling."""
    entry = queries.op_entry(current_runtime(), op)
    if entry is None:
        raise Problem("not_found")
    return json_of(entry)
