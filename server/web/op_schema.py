"""JSON Schemas of operations, made from the protocol's tables: for the OpenAPI document only.

What is accepted is decided by `sync_protocol`; these schemas describe the same tables.
"""

from collections.abc import Mapping
from typing import Any

from sync_protocol.rules import HELD_OUTCOMES, ITEM_PROBLEMS, KINDS, LIMITS, OUTCOMES, TYPES

Schema = dict[str, Any]
HEX_64: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
ID: Schema = {"type": "string", "pattern": "^[0-9a-z-]{1,80}$"}
SIMPLE: dict[str, Schema] = {
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "time_ms": {"type": "integer", "minimum": 0},
    "op": HEX_64,
    "sha256": HEX_64,
    "name": {"type": "string", "pattern": "^[a-z0-9_]{1,40}$"},
}
INDEX: Schema = {"type": "integer", "minimum": 0, "maximum": LIMITS["integer_magnitude"]}
TEXT: Schema = {"type": "string"}
PROOF_HASHES = 64  # a proof has one for each level of the tree


def ref(name: str) -> Schema:
    """Return a reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def of_type(text: str) -> Schema:
    """Return the schema of one type of SPEC section 2."""
    if text in SIMPLE:
        return SIMPLE[text]
    if text in TYPES:
        return ref(f"type_{text}")
    word, _, rest = text.partition(":")
    makers = {"int": _integer, "enum": _enum, "id": lambda _: ID, "list": _list}
    if word in makers:
        return makers[word](rest)
    length = int(rest)
    if word in ("text", "line"):
        return {"type": "string", "minLength": 1, "maxLength": length}
    if word == "hex":
        return {"type": "string", "pattern": f"^[0-9a-f]{{{length}}}$"}
    if word == "b64":
        return {"type": "string", "pattern": f"^[A-Za-z0-9_-]{{{(length * 8 + 5) // 6}}}$"}
    raise ValueError(f"no such type: {text}")


def _integer(rest: str) -> Schema:
    low, high = rest.split(":")
    return {"type": "integer", "minimum": int(low), "maximum": int(high)}


def _enum(rest: str) -> Schema:
    return {"type": "string", "enum": rest.split("|")}


def _list(rest: str) -> Schema:
    """The trailing one or two numbers are most and least; the rest is the type of the members."""
    words = rest.split(":")
    bounds = [int(words.pop())]
    if words[-1].isdigit() and len(words) > 1 and words[0] not in ("text", "line", "hex", "b64"):
        bounds.insert(0, int(words.pop()))
    most, least = bounds[0], bounds[1] if len(bounds) > 1 else 0
    return {
        "type": "array",
        "items": of_type(":".join(words)),
        "minItems": least,
        "maxItems": most,
    }


def of_members(members: Mapping[str, str]) -> Schema:
    """Return the schema of an object; a name that ends in `?` is optional."""
    return {
        "type": "object",
        "properties": {name.rstrip("?"): of_type(kind) for name, kind in members.items()},
        "required": [name for name in members if not name.endswith("?")],
        "additionalProperties": False,
    }


def _object(properties: Schema, *optional: str) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def components() -> dict[str, Schema]:
    """Return every component the op path and the pull refer to."""
    bodies = {f"body_{kind.replace('.', '_')}": _body(kind) for kind in sorted(KINDS)}
    types = {f"type_{name}": of_members(members) for name, members in TYPES.items()}
    return types | bodies | _push() | _pull()


def _body(kind: str) -> Schema:
    title = KINDS[kind]["title"]
    described = {"title": kind, "description": f"{title['zh']} · {title['en']}"}
    return described | of_members(KINDS[kind]["body"])


def _push() -> dict[str, Schema]:
    text = "the exact canonical text, as a string"
    op = {
        "header": {"type": "string", "description": text, "maxLength": LIMITS["header_bytes"]},
        "body": {"type": "string", "description": text, "maxLength": LIMITS["body_bytes"]},
        "salt": of_type("b64:32"),
        "sig": of_type("b64:64"),
    }
    held = {"op": ref("Op"), "receipt": ref("Receipt"), "checkpoint": TEXT}
    item = {
        "op": HEX_64,
        "status": {"type": "string", "enum": ["admitted", "rejected"]},
        "duplicate": SIMPLE["bool"],
        "receipt": ref("Receipt"),
        "ruling": ref("Ruling"),
        "code": {"type": "string", "enum": sorted(ITEM_PROBLEMS)},
        "field": TEXT,
        "was": _object({"index": INDEX, "origin": TEXT}),
    }
    missing = ("op", "duplicate", "receipt", "ruling", "code", "field", "was")
    return {
        "HandBack": _object(held | {"hashes": _array(HEX_64) | {"maxItems": PROOF_HASHES}})
        | {"additionalProperties": False},
        "HandBackBatch": _array(ref("HandBack")) | {"maxItems": LIMITS["batch_ops"]},
        "Op": _object(op) | {"additionalProperties": False},
        "PushBatch": _array(ref("Op")) | {"maxItems": LIMITS["batch_ops"]},
        "PushItem": _object(item, *missing),
        "PushReply": _object({"checkpoint": TEXT, "items": _array(ref("PushItem"))}),
        "Receipt": _object({"index": INDEX, "leaf": TEXT, "origin": TEXT})
        | {"additionalProperties": False},
        "Ruling": _object(_ruling(), "op"),
    }


def _ruling() -> Schema:
    outcome = {"type": "string", "enum": sorted(OUTCOMES)}
    shown = {"index": INDEX, "op": HEX_64, "outcome": outcome, "code": TEXT}
    return shown | {"flags": _array(TEXT), "cause": TEXT}


def _pull() -> dict[str, Schema]:
    entry = {
        "index": INDEX,
        "op": HEX_64,
        "kind": {"type": "string", "enum": sorted(KINDS)},
        "by": TEXT,
        "space": TEXT,
        "header": TEXT,
        "body": TEXT,
        "receipt": ref("Receipt"),
        "ruling": ref("Ruling"),
        "carrier": TEXT,
        "server_at_ms": INDEX,
        "sig": TEXT,
        "salt": TEXT,
    }
    cursor = _object({"after_index": INDEX, "after_entity": TEXT})
    row = _object({"index": INDEX, "row": {"type": "object"}})
    page = {"complete_through": INDEX, "next": cursor, "rows": _array(row)}
    rulings = {"complete_through": INDEX, "next": INDEX, "rulings": _array(ref("Ruling"))}
    return {
        "HeldPage": _held(entry),
        "OpEntry": _object(entry),
        "TimelineEntry": _object(entry | {"seen_at_ms": INDEX}, "sig", "salt", "seen_at_ms"),
        "Timeline": _object({"entries": _array(ref("TimelineEntry"))}),
        "RowsPage": _object(page, "next"),
        "Snapshot": _snapshot(cursor),
        "SnapshotPart": _object({"rows": _array(row)}),
        "RulingsPage": _object(rulings, "next"),
        "InclusionProof": _object({"hashes": _array(HEX_64), "index": INDEX, "size": INDEX}),
        "ConsistencyProof": _object({"hashes": _array(HEX_64), "from": INDEX, "size": INDEX}),
        "LogHead": _object({"origin": TEXT, "size": INDEX}),
        "Epochs": _object({"epochs": _array(ref("OpEntry"))}),
        "Vouchers": _object({"ops": _array(ref("OpEntry"))}),
        "MissingBlobs": _object({"missing": _array(HEX_64)}),
        "Device": _device(),
        "Devices": _object({"devices": _array(ref("Device")), "now_ms": INDEX}),
        "FindingImages": _object({"images": _array(_image())}),
        "Deployment": _deployment(),
        "Ready": _object({"ready": SIMPLE["bool"], "checks": {"type": "object"}}),
    }


def _snapshot(cursor: Schema) -> Schema:
    part = {"sha256": HEX_64, "bytes": INDEX, "rows": INDEX, "last": cursor}
    log = {"origin": TEXT, "root": HEX_64, "size": INDEX}
    shown = {"complete_through": INDEX, "log": _object(log), "rows": INDEX}
    return _object(shown | {"parts": _array(_object(part))})


def _held(entry: Schema) -> Schema:
    dep = _object({"op": HEX_64, "kind": TEXT, "outcome": TEXT, "code": TEXT})
    more = {"waits_for": _array(dep), "mended_by": TEXT}
    page = {
        "complete_through": INDEX,
        "next": INDEX,
        "counts": _object(dict.fromkeys(HELD_OUTCOMES, INDEX)),
        "entries": _array(_object(entry | more, "sig", "salt")),
    }
    return _object(page, "next")


def _device() -> Schema:
    numbers = ("head_seq", "unsent_ops", "originals", "originals_bytes", "reported_at_ms")
    said = dict.fromkeys(numbers, INDEX) | {"head_op": HEX_64, "device_ms": {"type": "integer"}}
    shown = {
        **dict.fromkeys(("person", "device", "state"), TEXT),
        **dict.fromkeys(("head_seq", "originals_out", "last_op_at_ms", "drained_at_ms"), INDEX),
        "chain": HEX_64,
        "head_op": HEX_64,
        "gaps": _array(_array(INDEX)),
        "drained": SIMPLE["bool"],
        "report": _object(said),
    }
    return _object(shown, "report")


def _image() -> Schema:
    other = {"finding": ID, "photo": ID, "number": TEXT, "space": TEXT}
    claimed = {"taken_at": TEXT, "maker": TEXT, "model": TEXT, "orientation": INDEX}
    exif = claimed | {"unreadable": SIMPLE["bool"]}
    shown = {
        "photo": ID,
        "sha256": HEX_64,
        "state": TEXT,
        "width_px": INDEX,
        "height_px": INDEX,
        "exif": _object(exif, *exif),
        "alike": _array(_object(other | {"same_bytes": SIMPLE["bool"]})),
    }
    return _object(shown, "width_px", "height_px")


def _deployment() -> Schema:
    protocol = _object({"min": INDEX, "max": INDEX})
    texts = dict.fromkeys(("deployment", "name", "origin", "log_key"), TEXT)
    rest = {"protocol": protocol, "now_ms": INDEX, "demo": SIMPLE["bool"], "rules": INDEX}
    return _object(texts | rest)
