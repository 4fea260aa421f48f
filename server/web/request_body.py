"""Read a request's body: never more than its limit, never twice, JSON without surprises.

Plain JSON decoders take duplicate keys, NaN, floats and lone surrogates; the control plane takes
none of them. Errors are problems that name what is wrong. Streams are read in pieces, and what the
client announced is compared with what came: the WSGI server shows a broken-off body as a normal
end.
"""

import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, NoReturn

import msgspec
from flask import Request, g
from werkzeug.exceptions import ClientDisconnected

from server.services import slots
from server.services.problem import Problem
from server.services.runtime import current_runtime
from server.web.replies import DIGEST, digest_of
from sync_protocol.rules import LIMITS

CONTROL_BYTES_MAX = 65_536
PIECE_BYTES = 1 << 20
DRAINED_BYTES_MAX = 64 << 20
JSON_TYPE = "application/json"
PATH = re.compile(r" - at `\$(?P<path>[^`]*)`")  # where a decoding error of msgspec lies


def require_media_type(request: Request, expected: str) -> None:
    """Raise `unsupported_media_type` unless the body is of this type and not compressed."""
    if request.mimetype != expected:
        raise Problem("unsupported_media_type", f"Send {expected}.", field="Content-Type")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Problem("unsupported_media_type", "Send it as it is.", field="Content-Encoding")


def pieces(request: Request) -> Iterator[bytes]:
    """Yield the body in pieces of at most 1 MiB; raise `upload_checksum` when it ends too early."""
    left = request.content_length
    try:
        while left is None or left > 0:
            wanted = PIECE_BYTES if left is None else min(PIECE_BYTES, left)
            piece = request.stream.read(wanted)
            if not piece:
                break
            left = None if left is None else left - len(piece)
            yield piece
    except ClientDisconnected:
        left = left or 1
    if left:
        raise Problem("upload_checksum", "The body ended early.", field="Content-Length")


def read_all(request: Request, most_bytes: int) -> bytes:
    """Return the whole body; raise `too_large` without keeping more than the limit.

    Raises `malformed_json` when the client named a digest and something else came, `too_many` while
    too many bodies are arriving.
    """
    with _slot():
        whole = _read_within(request, most_bytes)
    announced = request.headers.get(DIGEST)
    if announced is not None and announced != digest_of(whole):
        raise Problem("malformed_json", "Damaged on the way.", field=DIGEST)
    return whole


def _slot() -> AbstractContextManager[None]:
    """Hold one of the places that this person has for bodies; raise `too_many` without one."""
    runtime, person = current_runtime(), g.get("person")
    sender = slots.NOBODY if person is None else person.id
    threads = runtime.settings.threads
    most_each = slots.for_bodies_of(sender, threads)
    return runtime.reading.taken(sender, slots.for_bodies(threads), most_each)


def _read_within(request: Request, most_bytes: int) -> bytes:
    if (request.content_length or 0) > most_bytes:
        _drain(request)
        raise Problem("too_large", f"At most {most_bytes} bytes.", field="Content-Length")
    whole = bytearray()
    for piece in pieces(request):
        whole += piece
        if len(whole) > most_bytes:
            raise Problem("too_large", f"At most {most_bytes} bytes.", field="Content-Length")
    return bytes(whole)


def _drain(request: Request) -> None:
    """Read a body of announced length and forget it: who still sends does not hear an answer."""
    left = DRAINED_BYTES_MAX
    for piece in pieces(request):
        left -= len(piece)
        if left <= 0:
            break


def json_body(request: Request) -> Any:
    """Return a control-plane body; raise `malformed_json`, `too_large` or the media type's."""
    require_media_type(request, JSON_TYPE)
    raw = read_all(request, CONTROL_BYTES_MAX)
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate can't be encoded
    except (ValueError, RecursionError) as error:
        raise Problem("malformed_json", _reason(error)) from None
    return value


def decoded_batch(raw: bytes, shape: Any) -> Any:
    """Return a batch of operations; `shape` is the list that its outside must be.

    What the operations say is looked at one by one later. Raises `malformed_json`, `invalid_field`
    or `too_large`.
    """
    try:
        items = msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as error:
        raise Problem("invalid_field", str(error), field=_field(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem("malformed_json", str(error)) from None
    if len(items) > LIMITS["batch_ops"]:
        raise Problem("too_large", f"At most {LIMITS['batch_ops']} operations.", field="body")
    return items


def _field(message: str) -> str:
    """Return the path that msgspec names, as `0.receipt.index`."""
    found = PATH.search(message)
    path = re.sub(r"\[(\d+|\.\.\.)\]", r".\1", found["path"]) if found else ""
    return path.removeprefix(".") or "body"


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice")
    return members


def _no_float(_text: str) -> NoReturn:
    raise ValueError("only whole numbers are used here")


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, UnicodeError):
        return "not UTF-8, or half of a surrogate pair"
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)
