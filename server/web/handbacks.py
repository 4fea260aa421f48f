"""After a restore: phones hand back what was lost, and keep what they may have to hand back."""

from typing import Any

import msgspec
from flask import Response, g, request

from server.services import evidence, handback, queries
from server.services.handback import Held
from server.services.ingest import Carrier
from server.services.problem import Problem
from server.services.runtime import current_runtime
from server.web import openapi_parts as parts
from server.web.access import signed_in
from server.web.api import PREFIX, ApiBlueprint
from server.web.op_schema import PROOF_HASHES
from server.web.replies import json_of
from server.web.request_body import JSON_TYPE, decoded_batch, read_all, require_media_type
from sync_protocol.rules import LIMITS

handbacks = ApiBlueprint("handbacks", __name__, url_prefix=PREFIX, description="After a restore")


class _Receipt(msgspec.Struct, forbid_unknown_fields=True):
    index: int
    leaf: str
    origin: str


class _HandBack(msgspec.Struct, forbid_unknown_fields=True):
    op: Any
    receipt: _Receipt
    checkpoint: str
    hashes: list[str]


@handbacks.route("/handbacks", methods=["POST"])
@handbacks.doc(requestBody=parts.HANDBACK_BODY, responses={"200": parts.PUSH_REPLY})
def push() -> Response:
    """Bring back operations with the receipts they had; each is answered as in a push."""
    require_media_type(request, JSON_TYPE)
    raw = read_all(request, LIMITS["batch_bytes"])
    items = _decoded(raw)
    g.op_count = len(items)
    runtime = current_runtime()
    held = [
        Held(one.op, msgspec.structs.asdict(one.receipt), one.checkpoint, one.hashes)
        for one in items
    ]
    reply = handback.take_back(runtime, held, Carrier(signed_in().id))
    if b"sha256" in raw:
        evidence.settle(runtime)
    return json_of(reply)


def _decoded(raw: bytes) -> list[_HandBack]:
    items: list[_HandBack] = decoded_batch(raw, list[_HandBack])
    for place, item in enumerate(items):
        if len(item.hashes) > PROOF_HASHES:
            raise Problem("invalid_field", f"At most {PROOF_HASHES}.", field=f"{place}.hashes")
    return items


@handbacks.route("/chains/<hex64:chain>/vouchers", methods=["GET"])
@handbacks.doc(responses={"200": parts.json_reply("Vouchers", "what made this chain valid")})
def vouchers(chain: str) -> Response:
    """Return what makes a chain valid, which whoever holds its records keeps against a restore."""
    return json_of(queries.vouchers(current_runtime(), chain))
