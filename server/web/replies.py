"""How replies leave: JSON bytes as the service made them, compressed when it pays, with a digest.

TLS ends at a proxy, and TCP's checksum lets through some of what bad memory or a cable flips; a
browser does not look at gzip's. So each JSON or text reply names the SHA-256 of what it says, and
a phone believes no other.
"""

import gzip
import hashlib
from typing import Any, BinaryIO

import msgspec
from flask import Response, request
from werkzeug.wsgi import FileWrapper

GZIP_LEVEL = 1  # rows are repetitive; higher levels cost more time than the link they save
COMPRESS_FROM_BYTES = 1024
DIGEST = "Liuhen-Digest"  # sha-256=<hex> of the body before any compression; requests may bear it
LINK_TYPE = "application/vnd.liuhen.link+json"
DIGESTED = {"application/json", "application/problem+json", "text/plain", LINK_TYPE}
FILE_PIECE_BYTES = 1 << 16


def json_bytes(body: bytes) -> Response:
    """Return JSON that is ready, compressed when the client takes that and it is worth it."""
    reply = Response(body, mimetype="application/json")
    reply.headers["Vary"] = "Accept-Encoding"
    if len(body) > COMPRESS_FROM_BYTES and request.accept_encodings["gzip"] > 0:
        name_digest(reply)
        reply.set_data(gzip.compress(body, GZIP_LEVEL, mtime=0))
        reply.headers["Content-Encoding"] = "gzip"
    return reply


def digest_of(body: bytes) -> str:
    """Return what the header says of a body."""
    return f"sha-256={hashlib.sha256(body).hexdigest()}"


def name_digest(reply: Response) -> Response:
    """Add the digest to a reply that is not compressed and has none yet; runs after every view."""
    if reply.mimetype in DIGESTED and not reply.is_streamed and DIGEST not in reply.headers:
        reply.headers[DIGEST] = digest_of(reply.get_data())
    return reply


def json_of(value: Any) -> Response:
    """Return a value as JSON."""
    return json_bytes(msgspec.json.encode(value))


def packed_json(packed: bytes, sha256: str) -> Response:
    """Return an immutable JSON text that is kept compressed by gzip; unpacked for who can't.

    The digest is the text's own, so that nothing is unpacked here only to name it.
    """
    takes_gzip = request.accept_encodings["gzip"] > 0
    reply = Response(packed if takes_gzip else gzip.decompress(packed), mimetype="application/json")
    if takes_gzip:
        reply.headers["Content-Encoding"] = "gzip"
    reply.headers["Vary"] = "Accept-Encoding"
    reply.headers[DIGEST] = f"sha-256={sha256}"
    return _immutable(reply, sha256)


def link(value: dict[str, Any]) -> Response:
    """Return a link that is good for a short time; nobody keeps it."""
    reply = Response(msgspec.json.encode(value), mimetype=LINK_TYPE)
    reply.headers["Vary"] = "Accept"
    reply.headers["Cache-Control"] = "no-store"
    return reply


def file(stream: BinaryIO, size_bytes: int, media_type: str, etag: str) -> Response:
    """Return an immutable file addressed by its digest, streamed."""
    reply = Response(FileWrapper(stream, FILE_PIECE_BYTES), direct_passthrough=True)
    reply.headers["Content-Type"] = media_type
    reply.headers["Content-Length"] = str(size_bytes)
    return _immutable(reply, etag)


def _immutable(reply: Response, etag: str) -> Response:
    reply.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    reply.set_etag(etag)
    return reply
