# ruff: noqa: E501 (a case a line reads as a table)
"""Cases of create, set, add, remove and edit. Every expected row is written out by hand."""

from typing import Any

from sync_protocol.vectors.fold_rows import (
    case,
    finding,
    fold_op,
    inspection,
    left,
    made,
    members,
    op,
    refused,
    row,
    state,
    version,
)

Row = dict[str, Any]
BLOB = {"sha256": "b" * 64, "size_bytes": 9, "media_type": "image/jpeg"}
KEY = {"alg": "ES256", "key": "B" + "A" * 86}
NEW: Row = {
    "finding": "f-1", "inspection": "i-1", "enterprise": "e-1", "number": "A1", "grade": "general", "photos": ["ph-2", "ph-1"],
}  # fmt: skip
NEW_FIELDS = {
    "inspection": version(5, "i-1"), "enterprise": version(5, "e-1"), "number": version(5, "A1"),
    "grade": version(5, "general"),
}  # fmt: skip
NEW_STATE = {"finding": state(5, "draft", "create")}
PHOTO: Row = {
    "photo": "ph-9", "inspection": "i-1", "purpose": "finding", "source": "camera", "captured_at_ms": 4000, "blob": BLOB,
}  # fmt: skip
PHOTO_ROW = row(
    "photo/ph-9",
    created=made(5),
    fields={
        "inspection": version(5, "i-1"), "purpose": version(5, "finding"), "source": version(5, "camera"),
        "captured_at_ms": version(5, 4000), "blob": version(5, BLOB),
    },
)  # fmt: skip
DERIVE: Row = {
    "derivation": "d-1", "photo": "ph-9", "purpose": "redaction", "parent": BLOB["sha256"], "tool": "t",
    "marks": [{"shape": "blur", "x1": 0, "y1": 0, "x2": 10000, "y2": 5000}], "blob": {**BLOB, "sha256": "d" * 64},
}  # fmt: skip
VOICE: Row = {
    "voice": "v-1", "inspection": "i-1", "recorded_at_ms": 4000, "duration_ms": 900, "blob": {**BLOB, "media_type": "audio/webm"},
}  # fmt: skip
VOICE_ROW = row(
    "voice/v-1",
    created=made(5),
    fields={name: version(5, VOICE[name]) for name in ("inspection", "recorded_at_ms", "duration_ms", "blob")},
)  # fmt: skip
ENROL = {"person": "p-3", "public_key": KEY, "installation": "0" * 32, "device": "测试机"}
GENESIS = {
    "name": "留痕", "city": "530900", "city_name": "市(虚构)", "public_key": KEY, "log_key": "k", "rules": 1,
}  # fmt: skip


def creates() -> list[Row]:
    """Return cases of `create`."""
    new = fold_op(5, "finding.create", NEW)
    born = finding(created=made(5), fields=NEW_FIELDS, states=NEW_STATE,
                   sets={"photos": members(("ph-1", 5), ("ph-2", 5))})  # fmt: skip
    return [
        case("create makes the row, and add reaches the row just made", [inspection()], new, "applied",
             after=(born, inspection(sets={"findings": members(("f-1", 5))}))),
        case("members that are present are copied as they are", [inspection()],
             fold_op(5, "finding.create", {**NEW, "photos": [], "place": "井口", "basis": {"law": "a", "article": "b", "version": "c"}}),
             "applied",
             after=(finding(created=made(5), states=NEW_STATE,
                            fields={**NEW_FIELDS, "place": version(5, "井口"), "basis": version(5, {"law": "a", "article": "b", "version": "c"})}),
                    inspection(sets={"findings": members(("f-1", 5))}))),
        case("voice notes spoken before the hazard was saved come with it", [inspection()],
             fold_op(5, "finding.create", {**NEW, "photos": [], "voices": ["v-2", "v-1"]}), "applied",
             after=(finding(created=made(5), states=NEW_STATE, fields=NEW_FIELDS, sets={"voices": members(("v-1", 5), ("v-2", 5))}),
                    inspection(sets={"findings": members(("f-1", 5))}))),
        refused("a row that exists is not created again", [inspection(), finding()], new, "entity_exists"),
        refused("a row of another space exists as well", [inspection(), {**finding(), "space": "530903"}], new, "entity_exists"),
        refused("nothing is created when a later effect finds no row", [], new, "entity_unknown"),
        refused("nor when it finds a row of another space", [{**inspection(), "space": "common"}], new, "entity_elsewhere"),
        case("@op is this op's id", [], fold_op(5, "chain.enrol", ENROL, by="p-3"), "applied",
             after=(row(f"chain/{op(5)}", created=made(5, "p-3"),
                        fields={name: version(5, value) for name, value in ENROL.items()},
                        states={"chain": state(5, "pending", "create", "p-3")}),)),
        case("genesis makes its chain and its city", [], fold_op(5, "deployment.genesis", GENESIS, by="system", space="common"), "applied",
             after=({**row(f"chain/{op(5)}", created=made(5, "system"), fields={"public_key": version(5, KEY)},
                           states={"chain": state(5, "active", "create", "system")}), "space": "common"},
                    {**row("bureau/530900", created=made(5, "system"), fields={"city_name": version(5, "市(虚构)")}), "space": "common"})),
    ]  # fmt: skip


def sets() -> list[Row]:
    """Return cases of `set`, and of `when`."""
    camera = row(
        "clip/c-1",
        fields={"stopped_at_ms": version(2, 100, version(1, 90)), "camera": version(1, "A7")},
    )
    stop = {"clip": "c-1", "stopped_at_ms": 200}
    return [
        case("set replaces a version and its others; other fields stay", [camera], fold_op(5, "clip.stop", stop), "applied",
             after=(row("clip/c-1", fields={"stopped_at_ms": version(5, 200), "camera": version(1, "A7")}),)),
        case("set writes the same value anew, with its own op", [row("clip/c-1", fields={"stopped_at_ms": version(2, 200)})],
             fold_op(5, "clip.stop", stop), "applied", after=(row("clip/c-1", fields={"stopped_at_ms": version(5, 200)}),)),
        refused("set needs the row", [], fold_op(5, "clip.stop", stop), "entity_unknown"),
        refused("set needs the row in the op's space", [camera], fold_op(5, "clip.stop", stop, space="530903"), "entity_elsewhere"),
        case("when: an effect without its member does not run", [inspection()], fold_op(5, "photo.add", PHOTO), "applied",
             after=(PHOTO_ROW, inspection(sets={"photos": members(("ph-9", 5))}))),
        case("when: with its member it runs", [inspection(), finding()], fold_op(5, "photo.add", {**PHOTO, "finding": "f-1"}), "applied",
             after=(PHOTO_ROW, inspection(sets={"photos": members(("ph-9", 5))}), finding(sets={"photos": members(("ph-9", 5))}))),
        refused("when: and then it may refuse", [inspection()], fold_op(5, "photo.add", {**PHOTO, "finding": "f-1"}), "entity_unknown"),
        case("a derivation is a row of its own, and its photo keeps its original", [PHOTO_ROW], fold_op(6, "photo.derive", DERIVE), "applied",
             after=(row("derivation/d-1", created=made(6), fields={name: version(6, value) for name, value in DERIVE.items() if name != "derivation"}),
                    {**PHOTO_ROW, "sets": {"derivations": members(("d-1", 6))}})),
        refused("a derivation needs its photo", [], fold_op(6, "photo.derive", DERIVE), "entity_unknown"),
        case("a voice note on the inspection alone", [inspection()], fold_op(5, "voice.add", VOICE), "applied",
             after=(VOICE_ROW, inspection(sets={"voices": members(("v-1", 5))}))),
        case("a voice note on a hazard", [inspection(), finding()], fold_op(5, "voice.add", {**VOICE, "finding": "f-1"}), "applied",
             after=(VOICE_ROW, inspection(sets={"voices": members(("v-1", 5))}), finding(sets={"voices": members(("v-1", 5))}))),
        case("a kind without effects is applied and changes nothing", [finding()],
             fold_op(5, "op.withdraw", {"op": op(3), "reason": "误录"}), "applied"),
    ]  # fmt: skip


def collections() -> list[Row]:
    """Return cases of `add` and `remove`."""
    held = finding(
        sets={"photos": members(("ph-2", 2), ("ph-4", 3)), "after_photos": members(("ph-7", 3))}
    )
    attest: Row = {"inspection": "i-1", "signing": op(3), "agrees": True}

    def photos(kind: str, *names: str) -> Row:
        return fold_op(5, kind, {"finding": "f-1", "photos": list(names)})

    def left(*pairs: tuple[str, int]) -> Row:
        return finding(sets={"photos": members(*pairs), "after_photos": members(("ph-7", 3))})

    return [
        case("add sorts by id and keeps the first op of what was there", [held], photos("photo.assign", "ph-4", "ph-3", "ph-1"),
             "applied", after=(left(("ph-1", 5), ("ph-2", 2), ("ph-3", 5), ("ph-4", 3)),)),
        case("add of what is there changes nothing", [held], photos("photo.assign", "ph-4", "ph-2"), "applied"),
        case("add of one thing twice adds it once", [held], photos("photo.assign", "ph-3", "ph-3"), "applied",
             after=(left(("ph-2", 2), ("ph-3", 5), ("ph-4", 3)),)),
        case("remove takes out what is there", [held], photos("photo.unassign", "ph-4", "ph-9"), "applied", after=(left(("ph-2", 2)),)),
        case("remove of what is not there changes nothing", [held], photos("photo.unassign", "ph-9"), "applied"),
        case("remove from a set that does not exist changes nothing", [finding()], photos("photo.unassign", "ph-9"), "applied"),
        case("a set that becomes empty is left out", [held], photos("photo.unassign", "ph-2", "ph-4"), "applied",
             after=(finding(sets={"after_photos": members(("ph-7", 3))}),)),
        refused("remove needs the row", [], photos("photo.unassign", "ph-2"), "entity_unknown"),
        case("@author is the person; when true", [inspection()], fold_op(5, "inspection.attest", attest, by="p-2"), "applied",
             after=(inspection(sets={"attested_by": members(("p-2", 5))}),)),
        case("unless: false runs the other effect", [inspection()], fold_op(5, "inspection.attest", {**attest, "agrees": False}, by="p-2"),
             "applied", after=(inspection(sets={"objected_by": members(("p-2", 5))}),)),
    ]  # fmt: skip


def edits() -> list[Row]:
    """Return cases of `edit`: a version goes only when its successor's author had seen it."""
    two = finding(fields={"place": version(4, "井口", version(3, "井底"))})
    one = finding(fields={"place": version(2, "井口")})

    def change(value: str, *replaces: int, field: str = "place") -> Row:
        return {"field": field, "value": value, "replaces": [op(number) for number in replaces]}

    def edit(*changes: Row) -> Row:
        return fold_op(5, "finding.edit", {"finding": "f-1", "changes": list(changes)})

    def place(*args: Any) -> Row:
        return finding(fields={"place": version(*args)})

    return [
        case("the first version of a field", [finding()], edit(change("井口")), "applied", after=(place(5, "井口"),)),
        case("a version that was seen is replaced", [one], edit(change("井底", 2)), "applied", after=(place(5, "井底"),)),
        case("a version that was not seen is kept beside the new one", [one], edit(change("井底")), "conflict", "field_contested",
             (place(5, "井底", version(2, "井口")),)),
        case("a stale edit: it replaces a version that is gone, not the present one", [one], edit(change("井底", 1)), "conflict",
             "field_contested", (place(5, "井底", version(2, "井口")),)),
        case("the same words twice are no conflict", [one], edit(change("井口")), "applied", after=(place(5, "井口"),)),
        case("a third version keeps both others, sorted by op", [two], edit(change("巷道")), "conflict", "field_contested",
             (place(5, "巷道", version(3, "井底"), version(4, "井口")),)),
        case("replacing both settles it", [two], edit(change("巷道", 4, 3)), "applied", after=(place(5, "巷道"),)),
        case("replacing one leaves the other", [two], edit(change("巷道", 4)), "conflict", "field_contested",
             (place(5, "巷道", version(3, "井底")),)),
        case("agreeing with one of the others and replacing the first settles it", [two], edit(change("井底", 4)), "applied",
             after=(place(5, "井底"),)),
        case("two fields in one edit; one contested is a conflict", [one], edit(change("通风", field="note"), change("井底")), "conflict",
             "field_contested", (finding(fields={"note": version(5, "通风"), "place": version(5, "井底", version(2, "井口"))}),)),
        case("a field twice in one edit: the last stands and is not contested by itself", [one], edit(change("井底", 2), change("巷道", 2)),
             "applied", after=(place(5, "巷道"),)),
        refused("a field that is not editable refuses the whole edit", [one], edit(change("井底", 2), change("major", field="grade")),
                "field_not_editable"),
        refused("a field of another entity's kind is not editable", [one], edit(change("x", field="address")), "field_not_editable"),
        refused("edit needs the row", [], edit(change("井底")), "entity_unknown"),
    ]  # fmt: skip


def grades() -> list[Row]:
    """Return cases of an edit of several members by name: grade, criterion, basis."""
    basis, other = (
        {"law": "a", "article": "b", "version": "c"},
        {"law": "a", "article": "d", "version": "c"},
    )
    graded = finding(fields={"grade": version(1, "general"), "basis": version(2, basis)})

    def classify(number: int, replaces: tuple[int, ...], **members: Any) -> Row:
        body = {"finding": "f-1", **members, "replaces": [op(one) for one in replaces]}
        return fold_op(number, "finding.classify", body)

    return [
        case("each member given becomes a version, the others stay", [graded], classify(5, (1,), grade="major"), "applied",
             after=(finding(fields={"grade": version(5, "major"), "basis": version(2, basis)}),)),
        case("two members at once, each replacing its own version", [graded], classify(5, (1, 2), grade="major", basis=other), "applied",
             after=(finding(fields={"grade": version(5, "major"), "basis": version(5, other)}),)),
        case("a grade that its author had not seen is kept beside the new one",
             [finding(fields={"grade": version(4, "major")})], classify(5, (1,), grade="general"), "conflict", "field_contested",
             after=(finding(fields={"grade": version(5, "general", version(4, "major"))}),)),
        case("an object is the same value whatever version it has", [graded], classify(5, (), basis=basis), "applied",
             after=(finding(fields={"grade": version(1, "general"), "basis": version(5, basis)}),)),
        case("one member contested, the other not", [graded], classify(5, (1,), grade="major", basis=other), "conflict", "field_contested",
             after=(finding(fields={"grade": version(5, "major"), "basis": version(5, other, version(2, basis))}),)),
        case("choosing one of two settles it", [finding(fields={"grade": version(5, "general", version(4, "major"))})],
             classify(6, (4, 5), grade="major"), "applied", after=(finding(fields={"grade": version(6, "major")}),)),
    ]  # fmt: skip


def moves() -> list[Row]:
    """Return cases of `move`, and of what other effects do to a row that moved."""
    other, third = "530903", "530904"
    said = {
        "finding": "f-1",
        "to": other,
        "reason": "属地管辖",
        "enterprise_name": "示例厂",
        "enterprise_address": "示例路1号",
    }
    gone = {"at_ms": 5000, "by": "p-1", "op": op(5), "space": "530902"}
    told = {"enterprise_name": version(5, "示例厂"), "enterprise_address": version(5, "示例路1号")}
    away = {**finding(), "space": other, "was": [gone]}
    back = {"at_ms": 6000, "by": "p-1", "op": op(6), "space": other}
    note = {"finding": "f-1", "changes": [{"field": "note", "value": "已拍照", "replaces": []}]}
    edited = {"fields": {"note": version(7, "已拍照")}}
    key = f"chain/{op(3)}"
    return [
        case("move takes the row to another space, and a later effect still reaches it", [finding()],
             fold_op(5, "finding.hand_over", said), "applied", after=({**away, "fields": told},)),
        case("a step's base holds across a move", [away],
             fold_op(7, "extension.request", {"finding": "f-1", "base": op(2), "from": "ordered", "extension_reason": "停产", "extension_until": "2026-12-01"}),
             "applied",
             after=({**away, "states": {"finding": state(7, "extension_requested", "request_extension", past=(left("ordered", "order", 2),))},
                     "fields": {"extension_reason": version(7, "停产"), "extension_until": version(7, "2026-12-01")}},)),
        case("an edit from where it was reaches it", [away], fold_op(7, "finding.edit", note), "applied",
             after=({**away, **edited},)),
        case("an edit from where it is reaches it", [away], fold_op(7, "finding.edit", note, space=other), "applied",
             after=({**away, **edited},)),
        refused("an edit from a space where it never was does not", [away], fold_op(7, "finding.edit", note, space=third), "entity_elsewhere"),
        refused("a row is not moved from where it was", [away], fold_op(6, "finding.hand_over", {**said, "to": third}), "entity_elsewhere"),
        case("a row that comes back remembers both", [away],
             fold_op(6, "finding.hand_over", {**said, "to": "530902"}, space=other), "applied",
             after=({**away, "space": "530902", "was": [gone, back],
                     "fields": {"enterprise_name": version(6, "示例厂"), "enterprise_address": version(6, "示例路1号")}},)),
        refused("nothing moves when a part is not there", [row("photo/ph-1")],
                fold_op(5, "finding.material_follows", {"finding": "f-1", "to": other, "photos": [{"photo": "ph-1", "blob": BLOB}], "copies": [], "voices": [],
                                                        "reinspections": [{"reinspection": "r-1"}]}, by="system"), "entity_unknown"),
        case("each part of a list moves", [row("photo/ph-1"), row("reinspection/r-1")],
             fold_op(5, "finding.material_follows", {"finding": "f-1", "to": other, "photos": [{"photo": "ph-1", "blob": BLOB}], "copies": [], "voices": [],
                                                     "reinspections": [{"reinspection": "r-1"}]}, by="system"), "applied",
             after=({**row("photo/ph-1"), "space": other, "was": [{**gone, "by": "system"}]},
                    {**row("reinspection/r-1"), "space": other, "was": [{**gone, "by": "system"}]})),
        case("a phone follows its person", [row(key)], fold_op(5, "chain.follow", {"target": op(3), "to": other}, by="system"), "applied",
             after=({**row(key), "space": other, "was": [{**gone, "by": "system"}]},)),
        case("the oldest of many former spaces is forgotten",
             [{**finding(), "space": other, "was": [{**gone, "op": op(20 + n)} for n in range(8)]}],
             fold_op(6, "finding.hand_over", {**said, "to": third}, space=other), "applied",
             after=({**finding(), "space": third, "was": [*[{**gone, "op": op(20 + n)} for n in range(1, 8)], back],
                     "fields": {"enterprise_name": version(6, "示例厂"), "enterprise_address": version(6, "示例路1号")}},)),
        case("a photo that belongs to no inspection", [], fold_op(5, "photo.add", {name: value for name, value in PHOTO.items() if name != "inspection"} | {"purpose": "reinspection"}),
             "applied", after=({**PHOTO_ROW, "fields": {**{name: value for name, value in PHOTO_ROW["fields"].items() if name != "inspection"}, "purpose": version(5, "reinspection")}},)),
    ]  # fmt: skip
