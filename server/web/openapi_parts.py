"""Pieces of the OpenAPI document for routes that no marshmallow schema describes."""

from typing import Any

Part = dict[str, Any]

PUSH_BODY: Part = {
    "required": True,
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/PushBatch"}}},
}
HANDBACK_BODY: Part = {
    "required": True,
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/HandBackBatch"}}},
}
PUSH_REPLY: Part = {
    "description": "one item for each operation, in the order sent",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/PushReply"}}},
}
MANIFEST_BODY: Part = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
TUS_BODY: Part = {
    "required": True,
    "content": {
        "application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}
    },
}
PICTURE_BODY: Part = {
    "required": True,
    "content": {
        "image/jpeg": {"schema": {"type": "string", "format": "binary"}},
        "image/webp": {"schema": {"type": "string", "format": "binary"}},
    },
}


ORIGINAL: Part = {
    "description": "the bytes as they were taken, or a link to them that is good for a minute",
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "application/vnd.liuhen.link+json": {"schema": {"$ref": "#/components/schemas/Link"}},
    },
}


def json_reply(component: str, description: str) -> Part:
    """Return a JSON response whose schema is a component."""
    schema = {"$ref": f"#/components/schemas/{component}"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def binary(description: str, media_type: str = "application/octet-stream") -> Part:
    """Return a response of bytes."""
    schema = {"type": "string", "format": "binary"}
    return {"description": description, "content": {media_type: {"schema": schema}}}


def plain_text(description: str) -> Part:
    """Return a response of plain text."""
    return {"description": description, "content": {"text/plain": {"schema": {"type": "string"}}}}


def headers(description: str, *names: str) -> Part:
    """Return a response that says what it says in headers."""
    return {
        "description": description,
        "headers": {name: {"schema": {"type": "string"}} for name in names},
    }


def header(name: str, description: str, pattern: str, *, required: bool = True) -> Part:
    """Return a request header of exactly this form."""
    return {
        "in": "header",
        "name": name,
        "required": required,
        "description": description,
        "schema": {"type": "string", "pattern": f"^{pattern}$"},
    }


_BASE64 = "[A-Za-z0-9+/]+={0,2}"
_ANNOUNCED = f"sha256 {_BASE64},space {_BASE64},media_type {_BASE64}"
TUS_VERSION = header("Tus-Resumable", "the version spoken", r"1\.0\.0")
TUS_CHECKSUM = header(
    "Upload-Checksum",
    "sha1 or sha256, and base64 of this body's digest",
    "sha1 [A-Za-z0-9+/]{27}=|sha256 [A-Za-z0-9+/]{43}=",
    required=False,
)
TUS_CREATE: list[Part] = [
    TUS_VERSION,
    header("Upload-Length", "bytes of the whole", "[1-9][0-9]{0,14}"),
    header("Upload-Metadata", "each value in base64, in any order; others are ignored", _ANNOUNCED),
    TUS_CHECKSUM,
]
TUS_PATCH: list[Part] = [
    TUS_VERSION,
    header("Upload-Offset", "where this body begins", "(0|[1-9][0-9]{0,14})"),
    TUS_CHECKSUM,
]
