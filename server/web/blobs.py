"""Originals and their small copies, served so that no browser ever runs one."""

from typing import Any

from flask import Response

from server.services import derivatives, evidence
from server.services.problem import Problem
from server.services.runtime import current_runtime
from server.web import openapi_parts as parts
from server.web import replies, schemas
from server.web.api import PREFIX, ApiBlueprint

blobs = ApiBlueprint("blobs", __name__, url_prefix=PREFIX, description="Originals")

SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


@blobs.route("/spaces/<space:space>/blobs/<hex64:sha256>", methods=["GET"])
@blobs.doc(responses={"200": parts.binary("the bytes as they were taken")})
def original(space: str, sha256: str) -> Response:
    """Return an original, byte for byte."""
    media_type, size, stream = evidence.original(current_runtime(), space, sha256)
    reply = replies.file(stream, size, media_type, sha256)
    return _contained(reply, attached=not media_type.startswith("image/"))


@blobs.route("/spaces/<space:space>/blobs/<hex64:sha256>/thumbnail", methods=["GET"])
@blobs.doc(responses={"200": parts.binary("a WebP of at most 320 pixels", "image/webp")})
def thumbnail(space: str, sha256: str) -> Response:
    """Return the small copy of a photo, once it is made."""
    runtime = current_runtime()
    if not evidence.holds(runtime, space, sha256):
        raise Problem("not_found")
    size, stream = derivatives.thumbnail(runtime, sha256)
    return _contained(replies.file(stream, size, "image/webp", f"{sha256}-320"), attached=False)


@blobs.route("/spaces/<space:space>/blobs/missing", methods=["POST"])
@blobs.arguments(schemas.DigestsSchema)
@blobs.doc(responses={"200": parts.json_reply("MissingBlobs", "those whose bytes are not here")})
def missing(said: dict[str, Any], space: str) -> Response:
    """Return which of these originals the service lacks in this space."""
    runtime = current_runtime()
    lacking = [one for one in said["sha256"] if not evidence.holds(runtime, space, one)]
    return replies.json_of({"missing": lacking})


def _contained(reply: Response, *, attached: bool) -> Response:
    reply.headers["Content-Security-Policy"] = SANDBOX
    reply.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if attached:
        reply.headers["Content-Disposition"] = "attachment"
    return reply
