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


def obj(properties: Schema, *optional: str) -> Schema:
    """Return the schema of an object; members not named as optional are required."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def array(items: Schema) -> Schema:
    """Return the schema of a list."""
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
        "was": obj({"index": INDEX, "origin": TEXT, "outcome": TEXT}),
    }
    missing = ("op", "duplicate", "receipt", "ruling", "code", "field", "was")
    return {
        "HandBack": obj(held | {"hashes": array(HEX_64) | {"maxItems": PROOF_HASHES}})
        | {"additionalProperties": False},
        "HandBackBatch": array(ref("HandBack")) | {"maxItems": LIMITS["batch_ops"]},
        "Op": obj(op) | {"additionalProperties": False},
        "PushBatch": array(ref("Op")) | {"maxItems": LIMITS["batch_ops"]},
        "PushItem": obj(item, *missing),
        "PushReply": obj({"checkpoint": TEXT, "items": array(ref("PushItem"))}),
        "Receipt": obj({"index": INDEX, "leaf": TEXT, "origin": TEXT})
        | {"additionalProperties": False},
        "Ruling": obj(_ruling(), "op", "leaf", "origin"),
    }


def _ruling() -> Schema:
    outcome = {"type": "string", "enum": sorted(OUTCOMES)}
    shown = {"index": INDEX, "op": HEX_64, "outcome": outcome, "code": TEXT}
    own_leaf = {"leaf": TEXT, "origin": TEXT}
    return shown | {"flags": array(TEXT), "cause": TEXT} | own_leaf


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
        "seen_at_ms": INDEX,
    }
    cursor = obj({"after_index": INDEX, "after_entity": TEXT})
    row = obj({"index": INDEX, "row": {"type": "object"}, "left": TEXT}, "row", "left")
    page = {"complete_through": INDEX, "next": cursor, "rows": array(row)}
    rulings = {"complete_through": INDEX, "next": INDEX, "rulings": array(ref("Ruling"))}
    return {
        "HeldPage": _held(entry),
        "OpEntry": obj(entry, "seen_at_ms"),
        "TimelineEntry": obj(entry, "sig", "salt", "seen_at_ms"),
        "Timeline": obj({"next": INDEX, "entries": array(ref("TimelineEntry"))}, "next"),
        "RowsPage": obj(page, "next"),
        "Snapshot": _snapshot(cursor),
        "SnapshotPart": obj({"rows": array(row)}),
        "RulingsPage": obj(rulings, "next"),
        "InclusionProof": obj({"hashes": array(HEX_64), "index": INDEX, "size": INDEX}),
        "ConsistencyProof": obj({"hashes": array(HEX_64), "from": INDEX, "size": INDEX}),
        "LogHead": obj({"origin": TEXT, "size": INDEX}),
        "Epochs": obj({"epochs": array(ref("OpEntry"))}),
        "Vouchers": obj({"ops": array(ref("OpEntry"))}),
        "MissingBlobs": obj({"missing": array(HEX_64)}),
        "VerifiedBlobs": obj({"verified": array(HEX_64)}),
        "Device": _device(),
        "Devices": obj({"devices": array(ref("Device")), "now_ms": INDEX}),
        "FindingImages": obj({"images": array(_image())}),
        "Link": obj({"url": TEXT, "media_type": TEXT, "size_bytes": INDEX}),
        "Deployment": _deployment(),
        "Ready": obj({"ready": SIMPLE["bool"], "checks": {"type": "object"}}),
    }


def _snapshot(cursor: Schema) -> Schema:
    part = {"sha256": HEX_64, "bytes": INDEX, "rows": INDEX, "last": cursor}
    log = {"origin": TEXT, "root": HEX_64, "size": INDEX}
    forgotten = {"type": "integer", "minimum": -1}
    shown = {"complete_through": INDEX, "log": obj(log), "rows": INDEX, "forgotten": forgotten}
    return obj(shown | {"parts": array(obj(part))})


def _held(entry: Schema) -> Schema:
    dep = obj({"op": HEX_64, "kind": TEXT, "outcome": TEXT, "code": TEXT})
    more = {"waits_for": array(dep), "mended_by": TEXT}
    page = {
        "complete_through": INDEX,
        "next": INDEX,
        "counts": obj(dict.fromkeys(HELD_OUTCOMES, INDEX)),
        "entries": array(obj(entry | more, "sig", "salt", "seen_at_ms")),
    }
    return obj(page, "next")


def _device() -> Schema:
    numbers = ("head_seq", "unsent_ops", "originals", "originals_bytes", "reported_at_ms")
    said = dict.fromkeys(numbers, INDEX) | {"head_op": HEX_64, "device_ms": {"type": "integer"}}
    shown = {
        **dict.fromkeys(("person", "device", "state"), TEXT),
        **dict.fromkeys(("head_seq", "originals_out", "last_op_at_ms", "drained_at_ms"), INDEX),
        "chain": HEX_64,
        "head_op": HEX_64,
        "gaps": array(array(INDEX)),
        "drained": SIMPLE["bool"],
        "report": obj(said),
    }
    return obj(shown, "report")


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
        "exif": obj(exif, *exif),
        "alike": array(obj(other | {"same_bytes": SIMPLE["bool"]})),
    }
    return obj(shown, "width_px", "height_px")


def _deployment() -> Schema:
    protocol = obj({"min": INDEX, "max": INDEX})
    texts = dict.fromkeys(("deployment", "name", "origin", "log_key"), TEXT)
    rest = {"protocol": protocol, "now_ms": INDEX, "demo": SIMPLE["bool"], "rules": INDEX}
    return obj(texts | rest)
