"""Originals and their small copies, served so that no browser ever runs one."""

from contextlib import AbstractContextManager, ExitStack
from typing import Any

from flask import Response, request

from server.services import derivatives, evidence, likeness, previews, slots
from server.services.problem import Problem
from server.services.runtime import Runtime, current_runtime
from server.web import openapi_parts as parts
from server.web import replies, schemas
from server.web.access import may_bring, signed_in
from server.web.api import PREFIX, ApiBlueprint
from server.web.request_body import read_all
from sync_protocol.rules import LIMITS

blobs = ApiBlueprint("blobs", __name__, url_prefix=PREFIX, description="Originals")

SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


@blobs.route("/spaces/<space:space>/blobs/<hex64:sha256>", methods=["GET"])
@blobs.doc(responses={"200": parts.ORIGINAL})
def original(space: str, sha256: str) -> Response:
    """Return an original, byte for byte; to who names its type in Accept, a link to it, if any."""
    runtime = current_runtime()
    link = evidence.link(runtime, space, sha256) if _takes_link() else None
    if link is not None:
        return replies.link(link)
    with ExitStack() as held:
        held.enter_context(_fetching(runtime))
        media_type, size, stream = evidence.original(runtime, space, sha256)
        reply = replies.file(stream, size, media_type, sha256)
        reply.direct_passthrough = False  # else nobody tells when the last byte is gone
        reply.call_on_close(held.pop_all().close)
    reply.headers["Vary"] = "Accept"
    return _contained(reply, attached=not media_type.startswith("image/"))


def _fetching(runtime: Runtime) -> AbstractContextManager[None]:
    """Hold one of this person's places for originals outwards; raise `too_many` without one."""
    threads = runtime.settings.threads
    most, most_each = slots.for_fetches(threads), slots.for_fetches_of_one(threads)
    return runtime.giving.taken(signed_in().id, most, most_each)


def _takes_link() -> bool:
    """Say whether the client names the type itself: `*/*` is what a browser says of a picture."""
    named = {value.lower() for value, quality in request.accept_mimetypes if quality > 0}
    return replies.LINK_TYPE in named


@blobs.route("/spaces/<space:space>/blobs/<hex64:sha256>/thumbnail", methods=["GET"])
@blobs.doc(responses={"200": parts.binary("a WebP of at most 320 pixels", "image/webp")})
def thumbnail(space: str, sha256: str) -> Response:
    """Return the small copy of a photo, once it is made."""
    return _copy(space, sha256, "thumbnail")


@blobs.route("/spaces/<space:space>/blobs/<hex64:sha256>/screen", methods=["GET"])
@blobs.doc(responses={"200": parts.binary("a WebP of at most 1600 pixels", "image/webp")})
def screen(space: str, sha256: str) -> Response:
    """Return the copy of a photo that fills a screen, once it is made."""
    return _copy(space, sha256, "screen")


def _copy(space: str, sha256: str, name: str) -> Response:
    runtime = current_runtime()
    if not evidence.holds(runtime, space, sha256):
        raise Problem("not_found")
    size, stream = derivatives.copy_of(runtime, sha256, name)
    return _contained(replies.file(stream, size, "image/webp", f"{sha256}-{name}"), attached=False)


@blobs.route("/spaces/<space:space>/findings/<id:id>/images", methods=["GET"])
@blobs.doc(responses={"200": parts.json_reply("FindingImages", "what is seen in each photo")})
def images(space: str, id: str) -> Response:  # noqa: A002 - the name in the path
    """Return what was seen in a hazard's photos, and the other hazards' photos they look like."""
    spaces = signed_in().spaces
    return replies.json_of(likeness.of_finding(current_runtime(), id, space, spaces))


@blobs.route("/spaces/<space:space>/blobs/<hex64:sha256>/preview", methods=["GET"])
@blobs.doc(responses={"200": parts.binary("what the phone says the photo shows", "image/jpeg")})
def preview(space: str, sha256: str) -> Response:
    """Return the small picture a phone sent ahead of the original; unproven."""
    media_type, picture = previews.preview(current_runtime(), space, sha256)
    return _contained(Response(picture, mimetype=media_type), attached=False)


@blobs.route("/spaces/<space:space>/blobs/<hex64:sha256>/preview", methods=["PUT"])
@blobs.doc(
    requestBody=parts.PICTURE_BODY, responses={"204": {"description": "kept, or not needed"}}
)
def bring_preview(space: str, sha256: str) -> Response:
    """Send a small picture ahead of the original."""
    if request.mimetype not in previews.MEDIA_TYPES:
        raise Problem("unsupported_media_type", "Send a JPEG or a WebP.", field="Content-Type")
    picture = read_all(request, LIMITS["preview_bytes"])
    runtime, person = current_runtime(), signed_in()
    may_bring(runtime, person, space, sha256)
    previews.keep(runtime, person, space, sha256, request.mimetype, picture)
    return Response(status=204)


@blobs.route("/spaces/<space:space>/blobs/missing", methods=["POST"])
@blobs.arguments(schemas.DigestsSchema)
@blobs.doc(responses={"200": parts.json_reply("MissingBlobs", "those whose bytes are not here")})
def missing(said: dict[str, Any], space: str) -> Response:
    """Return which of these originals the service lacks in this space."""
    runtime = current_runtime()
    lacking = [one for one in said["sha256"] if not evidence.holds(runtime, space, one)]
    return replies.json_of({"missing": lacking})


@blobs.route("/chains/<hex64:chain>/originals", methods=["POST"])
@blobs.arguments(schemas.OwnOriginalsSchema)
@blobs.doc(responses={"200": parts.json_reply("VerifiedBlobs", "those the log says are verified")})
def own(said: dict[str, Any], chain: str) -> Response:
    """Return which of an author's own originals are verified, also where they no longer read."""
    runtime = current_runtime()
    verified = evidence.verified_of(runtime, chain, said["space"], said["sha256"])
    return replies.json_of({"verified": verified})


def _contained(reply: Response, *, attached: bool) -> Response:
    reply.headers["Content-Security-Policy"] = SANDBOX
    reply.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if attached:
        reply.headers["Content-Disposition"] = "attachment"
    return reply
