# ruff: noqa: E501 (a case a line reads as a table)
"""Cases of whole bodies: what they name, and which member is reported when they do not fit."""

from typing import Any

Case = dict[str, Any]
Body = dict[str, Any]


def op(number: int) -> str:
    """Return a made-up op id."""
    return f"{number:064x}"


def blob(number: int, media_type: str = "image/jpeg") -> Body:
    """Return a made-up blob reference."""
    return {"sha256": f"{number:064x}", "size_bytes": 1000 + number, "media_type": media_type}


BASED = {"base": op(1), "from": "ordered"}
POINT = "B" + "A" * 86
DRAWN = {"signer": "officer", "name": "李四", "person": "p-2", "image": blob(8, "image/png")}
ITEM = {"finding": "f-1", **BASED, "requirement": "立即更换", "deadline": "2026-12-01"}
ORDER: Body = {
    "order": "o-1", "inspection": "i-1", "rendering": blob(7, "text/html"), "signatures": [DRAWN],
    "items": [ITEM, {**ITEM, "finding": "f-2", "base": op(2)}],
}  # fmt: skip
FINDING: Body = {
    "finding": "f-1", "inspection": "i-1", "enterprise": "e-1", "number": "A1", "grade": "general", "photos": ["ph-2", "ph-1"],
}  # fmt: skip
SIGN: Body = {
    "inspection": "i-1", "base": op(3), "from": "in_progress", "rendering": blob(1, "text/html"), "recorded": ["f-2", "f-1"],
    "findings": [{"finding": "f-1", "base": op(4), "from": "draft"}],
    "signatures": [
        {"signer": "site_head", "name": "王五", "image": blob(2, "image/png")},
        {"signer": "officer", "name": "李四", "person": "p-2", "image": blob(3, "image/png")},
    ],
}  # fmt: skip
REINSPECTION: Body = {
    "reinspection": "r-1", "finding": "f-1", **BASED, "officers": ["p-1", "p-2"], "result": "pass", "photos": ["ph-1"],
}  # fmt: skip
DECIDE: Body = {
    "finding": "f-1", "base": op(9), "from": "disputed", "chosen": op(5), "reason": "以复查照片为准",
}  # fmt: skip
ENROL: Body = {
    "person": "p-1", "public_key": {"alg": "ES256", "key": POINT}, "installation": "0" * 32, "device": "测试机",
}  # fmt: skip
PHOTO: Body = {
    "photo": "ph-1", "inspection": "i-1", "purpose": "scene", "source": "camera", "captured_at_ms": 0, "blob": blob(6),
}  # fmt: skip
DERIVE: Body = {
    "derivation": "d-1", "photo": "ph-1", "purpose": "annotation", "parent": blob(6)["sha256"], "tool": "liuhen-pwa 1", "blob": blob(9),
    "marks": [{"shape": "arrow", "x1": 100, "y1": 200, "x2": 5000, "y2": 6000}],
}  # fmt: skip
VOICE: Body = {
    "voice": "v-1", "inspection": "i-1", "recorded_at_ms": 0, "duration_ms": 4000, "blob": blob(10, "audio/webm"),
}  # fmt: skip
CASE: Body = {
    "case": "ca-1", "inspection": "i-1", "cause": "未批先建",
    "footage": [{"clip": "c-1", "footage": op(3), "sha256": op(4)}],
    "without": [{"clip": "c-2", "reason": "设备损坏"}],
}  # fmt: skip
EDIT: Body = {
    "finding": "f-1",
    "changes": [
        {"field": "place", "value": "井口", "replaces": [op(6), op(5)]},
        {"field": "note", "value": "一\n二", "replaces": []},
    ],
}

# (name, kind, body, entities, op_refs, numbers of the blobs)
FITS: list[tuple[str, str, Body, list[str], list[str], list[int]]] = [
    ("a finding names its photos too", "finding.create", FINDING,
     ["enterprise/e-1", "finding/f-1", "inspection/i-1", "photo/ph-1", "photo/ph-2"], [], []),
    ("optional members count when present", "finding.create", {**FINDING, "photos": [], "phrase": "x-1"},
     ["enterprise/e-1", "finding/f-1", "inspection/i-1", "phrase/x-1"], [], []),
    ("an order names each finding once and every base", "order.issue", ORDER,
     ["finding/f-1", "finding/f-2", "inspection/i-1", "order/o-1", "person/p-2"], [op(1), op(2)], [7, 8]),
    ("a signing holds rendering and drawings", "inspection.sign", SIGN,
     ["finding/f-1", "finding/f-2", "inspection/i-1", "person/p-2"], [op(3), op(4)], [1, 2, 3]),
    ("officers are entities", "reinspection.record", REINSPECTION,
     ["finding/f-1", "person/p-1", "person/p-2", "photo/ph-1", "reinspection/r-1"], [op(1)], []),
    ("a decision names base and chosen", "finding.decide", DECIDE, ["finding/f-1"], [op(5), op(9)], []),
    ("an edit names what it replaces", "finding.edit", EDIT, ["finding/f-1"], [op(5), op(6)], []),
    ("an attestation names the signing", "inspection.attest", {"inspection": "i-1", "signing": op(3), "agrees": True},
     ["inspection/i-1"], [op(3)], []),
    ("a withdrawal's op is no dep", "op.withdraw", {"op": op(3), "reason": "重复"}, [], [], []),
    ("an enrolment's predecessor is no dep", "chain.enrol",
     {**ENROL, "predecessor": op(1), "predecessor_head": op(2)}, ["person/p-1"], [], []),
    ("a photo announces its bytes", "photo.add", {**PHOTO, "finding": "f-1"},
     ["finding/f-1", "inspection/i-1", "photo/ph-1"], [], [6]),
    ("a derivation announces its copy; what it was made from is no entity", "photo.derive", DERIVE, ["derivation/d-1", "photo/ph-1"], [], [9]),
    ("a voice note announces its bytes", "voice.add", {**VOICE, "finding": "f-1"},
     ["finding/f-1", "inspection/i-1", "voice/v-1"], [], [10]),
    ("a finding names its voice notes too", "finding.create", {**FINDING, "photos": [], "voices": ["v-1"]},
     ["enterprise/e-1", "finding/f-1", "inspection/i-1", "voice/v-1"], [], []),
    ("a city and its parent sort by key", "bureau.add", {"bureau": "530902", "name": "临翔区(虚构)", "parent": "530900"},
     ["bureau/530900", "bureau/530902"], [], []),
    ("a verified blob", "blob.verified",
     {"blob": "530902-" + op(6), "sha256": op(6), "size_bytes": 9, "media_type": "application/octet-stream"},
     ["blob/530902-" + op(6)], [], []),
    ("a case names recordings and footage", "case.open", CASE,
     ["case/ca-1", "clip/c-1", "clip/c-2", f"footage/{op(3)}", "inspection/i-1"], [], []),
    ("a clock names the showing it was read from", "camera.declare_clock",
     {"clock": "k-2", "inspection": "i-1", "camera": "DSJ0001", "date": "2026-12-01", "offset_ms": -86400000, "shown": "k-1"},
     ["clock/k-1", "clock/k-2", "inspection/i-1"], [], []),
    ("a manifest announces its file", "manifest.add",
     {"manifest": "m-1", "name": "a.csv", "blob": blob(4, "text/csv"), "rows": 2, "refused": 0, "rows_sha256": op(1), "reader": 1},
     ["manifest/m-1"], [], [4]),
    ("the duplicate of a finding is an entity", "finding.mark_duplicate",
     {"finding": "f-1", **BASED, "duplicate_of": "f-0", "reason": "同一处"}, ["finding/f-0", "finding/f-1"], [op(1)], []),
]  # fmt: skip


def _without(body: Body, name: str) -> Body:
    return {key: value for key, value in body.items() if key != name}


# (name, kind, body, field)
MISFITS: list[tuple[str, str, Any, str]] = [
    ("a body that is a list", "finding.create", [], ""),
    ("a body that is a text", "finding.create", "x", ""),
    ("the first missing member in the table's order", "finding.create", {}, "finding"),
    ("a missing list", "finding.create", _without(FINDING, "photos"), "photos"),
    ("an unknown member comes before a missing one", "finding.create", {"zzz": 1}, "zzz"),
    ("of two unknown members the first by name", "finding.create", {**FINDING, "b": 1, "a": 1}, "a"),
    ("an unknown member called __proto__", "finding.create", {**FINDING, "__proto__": 1}, "__proto__"),
    ("a member of Object.prototype is unknown", "finding.create", {**FINDING, "constructor": 1}, "constructor"),
    ("a member of another kind", "finding.create", {**FINDING, "note": "x"}, "note"),
    ("the grade is never defaulted", "finding.create", _without(FINDING, "grade"), "grade"),
    ("a grade that does not exist", "finding.create", {**FINDING, "grade": "minor"}, "grade"),
    ("an optional member must fit too", "finding.create", {**FINDING, "place": ""}, "place"),
    ("inside a type, its own missing member", "finding.create",
     {**FINDING, "basis": {"law": "安全生产法", "article": "第三十六条"}}, "basis.version"),
    ("inside a type, an unknown member first", "finding.create",
     {**FINDING, "basis": {"law": "", "clause": "x"}}, "basis.clause"),
    ("a member of a list by its position", "finding.create", {**FINDING, "photos": ["ph-1", "PH"]}, "photos.1"),
    ("too long a list before its members", "finding.create", {**FINDING, "photos": ["PH"] * 101}, "photos"),
    ("a latitude beyond the pole", "finding.create",
     {**FINDING, "position": {"lat_e7": 900000001, "lon_e7": 0, "accuracy_m": 1, "age_ms": 0}}, "position.lat_e7"),
    ("an order without items", "order.issue", {**ORDER, "items": []}, "items"),
    ("an impossible deadline", "order.issue", {**ORDER, "items": [{**ITEM, "deadline": "2026-02-30"}]}, "items.0.deadline"),
    ("the second item's deadline", "order.issue", {**ORDER, "items": [ITEM, _without(ITEM, "deadline")]}, "items.1.deadline"),
    ("a drawing of nobody", "order.issue", {**ORDER, "signatures": [{**DRAWN, "signer": "boss"}]}, "signatures.0.signer"),
    ("a blob inside a list", "order.issue",
     {**ORDER, "signatures": [{**DRAWN, "image": {**blob(1), "size_bytes": 0}}]}, "signatures.0.image.size_bytes"),
    ("one officer is not two", "reinspection.record", {**REINSPECTION, "officers": ["p-1"]}, "officers"),
    ("a reinspection without a photo", "reinspection.record", {**REINSPECTION, "photos": []}, "photos"),
    ("pass is never defaulted", "reinspection.record", _without(REINSPECTION, "result"), "result"),
    ("a base that is no op", "finding.decide", {**DECIDE, "base": ""}, "base"),
    ("a blank reason", "finding.decide", {**DECIDE, "reason": "\u3000\n"}, "reason"),
    ("too long a reason", "finding.decide", {**DECIDE, "reason": "字" * 1001}, "reason"),
    ("replaces more than 8", "finding.edit",
     {"finding": "f-1", "changes": [{"field": "place", "value": "x", "replaces": [op(n) for n in range(9)]}]},
     "changes.0.replaces"),
    ("an edit without a change", "finding.edit", {"finding": "f-1", "changes": []}, "changes"),
    ("a key of 64 bytes", "chain.enrol", {**ENROL, "public_key": {"alg": "ES256", "key": "A" * 86}}, "public_key.key"),
    ("an algorithm not enrolled", "chain.enrol", {**ENROL, "public_key": {"alg": "ES384", "key": POINT}}, "public_key.alg"),
    ("a truth written as a number", "inspection.attest", {"inspection": "i-1", "signing": op(3), "agrees": 1}, "agrees"),
    ("a bureau that is not 6 digits", "bureau.add", {"bureau": "5309", "name": "x", "parent": "530900"}, "bureau"),
    ("a derivation for no known purpose", "photo.derive", {**DERIVE, "purpose": "beauty"}, "purpose"),
    ("a derivation that does not say what was drawn", "photo.derive", {**DERIVE, "marks": []}, "marks"),
    ("a mark outside the picture", "photo.derive", {**DERIVE, "marks": [{**DERIVE["marks"][0], "x2": 10001}]}, "marks.0.x2"),
    ("a derivation of unreadable type", "photo.derive", {**DERIVE, "blob": blob(9, "image/heic")}, "blob.media_type"),
    ("a voice note that is a picture", "voice.add", {**VOICE, "blob": blob(10)}, "blob.media_type"),
    ("a voice note of no length", "voice.add", {**VOICE, "duration_ms": 0}, "duration_ms"),
    ("voice notes, if any, are at least one", "finding.create", {**FINDING, "voices": []}, "voices"),
    ("a case without the hash of a recording", "case.open", {**CASE, "footage": [_without(CASE["footage"][0], "sha256")]}, "footage.0.sha256"),
    ("a clock that is off by more than a day", "camera.declare_clock",
     {"clock": "k-2", "inspection": "i-1", "camera": "DSJ0001", "date": "2026-12-01", "offset_ms": 86400001}, "offset_ms"),
    ("a clock shown for less than three seconds", "camera.show_clock",
     {"clock": "k-1", "inspection": "i-1", "camera": "DSJ0001", "nonce": "0a1b2c3d", "shown_at_ms": 0, "shown_for_ms": 2999}, "shown_for_ms"),
    ("a photo of no known type", "photo.add", {**PHOTO, "blob": {**blob(6), "media_type": "image/gif"}}, "blob.media_type"),
]  # fmt: skip


def cases() -> list[Case]:
    """Return every case of kinds.json."""
    good = [
        {
            "name": name,
            "kind": kind,
            "body": body,
            "expect": {
                "entities": entities,
                "op_refs": refs,
                "blobs": [f"{number:064x}" for number in blobs],
            },
        }
        for name, kind, body, entities, refs, blobs in FITS
    ]
    bad = [
        {"name": name, "kind": kind, "body": body, "expect": {"field": path}}
        for name, kind, body, path in MISFITS
    ]
    return good + bad
