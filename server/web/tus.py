"""tus 1.0.0 over `services/uploads`: creation, creation-with-upload, checksum, termination.

Only headers are handled here. Concatenation and deferred lengths are refused, not ignored.
Protocol: https://tus.io/protocols/resumable-upload, version 1.0.0.
"""

import base64
import binascii
import re

from flask import Response, request

from server.services import uploads
from server.services.problem import Problem
from server.services.runtime import current_runtime
from server.services.uploads import Announcement, Checksum
from server.web import openapi_parts as parts
from server.web.access import may_bring, signed_in
from server.web.api import PREFIX, ApiBlueprint
from server.web.request_body import pieces, require_media_type
from sync_protocol.rules import LIMITS

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,termination"
CHECKSUM_BYTES = {"sha1": 20, "sha256": 32}  # the protocol wants sha1; ours send sha256
CHUNK_TYPE = "application/offset+octet-stream"
NUMBER = re.compile(r"\d{1,15}", re.ASCII)
METADATA = {
    "sha256": r"[0-9a-f]{64}",
    "space": r"[0-9]{6}|common",
    "media_type": r"[a-z0-9/+.-]{1,40}",
}

tus = ApiBlueprint("uploads", __name__, url_prefix=PREFIX, description="Uploads (tus 1.0.0)")


@tus.before_request
def _check_version() -> None:
    if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
        raise Problem("tus_version", field="Tus-Resumable")


@tus.after_request
def _name_version(reply: Response) -> Response:
    reply.headers["Tus-Resumable"] = VERSION
    reply.headers["Cache-Control"] = "no-store"
    if reply.status_code == 412:
        reply.headers["Tus-Version"] = VERSION
    return reply


@tus.route("/uploads", methods=["OPTIONS"])
@tus.doc(responses={"204": parts.headers("what this server can do", "Tus-Version")})
def options() -> Response:
    """Say what this server can do."""
    most = min(LIMITS["blob_bytes"], current_runtime().settings.max_photo_bytes)
    return _reply(
        204,
        {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(most),
            "Tus-Checksum-Algorithm": ",".join(CHECKSUM_BYTES),
        },
    )


@tus.route("/uploads", methods=["POST"])
@tus.doc(parameters=parts.TUS_CREATE, responses={"201": parts.headers("begun", "Location")})
def create() -> Response:
    """Announce an original, and send its first bytes if the client likes."""
    for name in ("Upload-Concat", "Upload-Defer-Length"):
        if name in request.headers:
            raise Problem("invalid_field", "not supported", field=name)
    said = Announcement(length_bytes=_number("Upload-Length", least=1), **_metadata())
    runtime, person = current_runtime(), signed_in()
    may_bring(runtime, person, said.space, said.sha256)
    upload_id, offset = uploads.begin(runtime, person, said)
    if request.mimetype == CHUNK_TYPE and offset < said.length_bytes:
        offset = uploads.write(runtime, person, upload_id, 0, pieces(request), _checksum())
    place = f"{PREFIX}/uploads/{upload_id}"
    return _reply(201, {"Location": place, "Upload-Offset": str(offset)})


@tus.route("/uploads/<upload:upload>", methods=["HEAD"])
@tus.doc(
    parameters=[parts.TUS_VERSION],
    responses={"200": parts.headers("how far it is", "Upload-Offset", "Upload-Length")},
)
def show(upload: str) -> Response:
    """Say how far an upload is."""
    offset, length = uploads.offset(current_runtime(), signed_in(), upload)
    return _reply(200, {"Upload-Offset": str(offset), "Upload-Length": str(length)})


@tus.route("/uploads/<upload:upload>", methods=["PATCH"])
@tus.doc(
    parameters=parts.TUS_PATCH,
    requestBody=parts.TUS_BODY,
    responses={"204": parts.headers("durable up to here", "Upload-Offset")},
)
def append(upload: str) -> Response:
    """Send the bytes from an offset on."""
    require_media_type(request, CHUNK_TYPE)
    at, checksum = _number("Upload-Offset"), _checksum()
    runtime, person = current_runtime(), signed_in()
    offset = uploads.write(runtime, person, upload, at, pieces(request), checksum)
    return _reply(204, {"Upload-Offset": str(offset)})


@tus.route("/uploads/<upload:upload>", methods=["DELETE"])
@tus.doc(parameters=[parts.TUS_VERSION], responses={"204": parts.headers("given up")})
def end(upload: str) -> Response:
    """Give an upload up."""
    uploads.end(current_runtime(), signed_in(), upload)
    return _reply(204, {})


def _reply(status: int, headers: dict[str, str]) -> Response:
    return Response(status=status, headers=headers)


def _number(name: str, least: int = 0) -> int:
    text = request.headers.get(name, "")
    if not NUMBER.fullmatch(text) or int(text) < least:
        raise Problem("invalid_field", f"a whole number from {least}", field=name)
    return int(text)


def _metadata() -> dict[str, str]:
    """Return the three members of Upload-Metadata; others are ignored, as the protocol wants."""
    given: dict[str, str] = {}
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        name, _, value = pair.strip().partition(" ")
        if name in METADATA:
            given[name] = _base64(value, f"Upload-Metadata.{name}").decode("utf-8", "replace")
    for name, pattern in METADATA.items():
        if not re.fullmatch(pattern, given.get(name, "")):
            raise Problem("invalid_field", "missing or malformed", field=f"Upload-Metadata.{name}")
    return given


def _checksum() -> Checksum | None:
    text = request.headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _, value = text.partition(" ")
    digest = _base64(value, "Upload-Checksum")
    if len(digest) != CHECKSUM_BYTES.get(algorithm):
        raise Problem("invalid_field", "sha1 or sha256, and its base64", field="Upload-Checksum")
    return Checksum(algorithm, digest)


def _base64(text: str, field: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Problem("invalid_field", "not base64", field=field) from None
