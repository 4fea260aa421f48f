"""Properties of the fold: pure, all or nothing, and no version lost that nobody had seen."""

import copy
from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.fold import Folded, FoldOp, fold
from sync_protocol.rules import CODES, KINDS

from .vectors import FOLDER, cases

SPACE = "530902"
FOLDED_CODES = {
    "", "field_contested", "step_contradicts", "entity_unknown", "entity_exists",
    "entity_elsewhere",
    "illegal_step", "stale_step", "claim_unknown", "field_not_editable",
}  # fmt: skip


def op_id(number: int) -> str:
    return f"{number:064x}"


def finding(**parts: Any) -> dict[str, Any]:
    born = {"at_ms": 1, "by": "p-1", "op": op_id(1)}
    state = {**born, "s": "ordered", "step": "order"}
    return {
        "entity": "finding/f-1", "space": SPACE, "created": born, "fields": {}, "sets": {},
        "states": {"finding": state}, "disputes": {}, **parts,
    }  # fmt: skip


def edit(number: int, value: str, replaces: list[str]) -> FoldOp:
    change = {"field": "place", "value": value, "replaces": replaces}
    body = {"finding": "f-1", "changes": [change]}
    return FoldOp(op_id(number), "finding.edit", SPACE, "p-1", number, body)


def apply_all(acts: list[FoldOp]) -> dict[str, Any]:
    rows = {"finding/f-1": finding()}
    for act in acts:
        rows |= fold(rows, act).changes
    return rows["finding/f-1"]


def versions(row: dict[str, Any]) -> dict[str, str]:
    place = row["fields"]["place"]
    return {one["op"]: one["v"] for one in [place, *place.get("others", [])]}


@given(st.lists(st.sampled_from("甲乙丙丁"), min_size=2, max_size=4, unique=True))
def test_concurrent_edits_in_any_order_keep_the_same_versions(values: list[str]) -> None:
    acts = [edit(number, value, []) for number, value in enumerate(values, 10)]
    kept = [versions(apply_all(list(order))) for order in permutations(acts)]
    expected = {act.id: value for act, value in zip(acts, values, strict=True)}
    assert all(one == expected for one in kept)


@given(st.sampled_from("甲乙"), st.sampled_from("丙丁"))
def test_a_resolution_that_saw_both_versions_leaves_one_in_either_order(a: str, b: str) -> None:
    one, two = edit(10, a, []), edit(11, b, [])
    settled = edit(12, "戊", [one.id, two.id])
    for order in ([one, two], [two, one]):
        assert versions(apply_all([*order, settled])) == {settled.id: "戊"}


@given(st.data())
def test_a_version_goes_only_when_its_successor_had_seen_it_or_says_the_same(
    data: st.DataObject,
) -> None:
    rows = {"finding/f-1": finding()}
    known: dict[str, str] = {}
    for number in range(10, 10 + data.draw(st.integers(1, 6))):
        seen = data.draw(st.lists(st.sampled_from(sorted(known)), unique=True)) if known else []
        act = edit(number, data.draw(st.sampled_from("甲乙丙")), seen)
        value = act.body["changes"][0]["value"]
        folded = fold(rows, act)
        rows |= folded.changes
        unseen = {op: v for op, v in known.items() if op not in seen and v != value}
        known = versions(rows["finding/f-1"])
        assert known == {act.id: value, **unseen}
        assert folded.outcome == ("conflict" if unseen else "applied")


@given(st.lists(st.sampled_from(["ph-1", "ph-2", "ph-3"]), max_size=6))
def test_a_set_is_the_union_sorted_by_id_whatever_the_order(photos: list[str]) -> None:
    rows = {"finding/f-1": finding()}
    for number, photo in enumerate(photos, 10):
        body = {"finding": "f-1", "photos": [photo]}
        rows |= fold(rows, FoldOp(op_id(number), "photo.assign", SPACE, "p-1", 1, body)).changes
    held = [member["id"] for member in rows["finding/f-1"]["sets"].get("photos", [])]
    assert held == sorted(set(photos))


def test_the_inputs_of_every_vector_stay_as_they_were() -> None:
    for parameter in cases("fold"):
        case = parameter.values[0]
        before = copy.deepcopy(case)
        folded = fold(case["rows"], FoldOp(**case["op"]))
        assert case == before
        for key, row in folded.changes.items():
            assert row != case["rows"].get(key), "a row that did not change is not reported"


def test_folding_twice_gives_the_same() -> None:
    for parameter in cases("fold"):
        case = parameter.values[0]
        assert fold(case["rows"], FoldOp(**case["op"])) == fold(case["rows"], FoldOp(**case["op"]))


def test_refused_comes_without_changes_and_every_code_is_exercised() -> None:
    folded: list[Folded] = []
    for parameter in cases("fold"):
        case = parameter.values[0]
        folded.append(fold(case["rows"], FoldOp(**case["op"])))
    assert all(not one.changes for one in folded if one.outcome == "refused")
    assert {one.code for one in folded} == FOLDED_CODES
    assert {one.outcome for one in folded} == {"applied", "merged", "conflict", "refused"}
    assert all(one.outcome in CODES[one.code]["outcomes"] for one in folded)


def test_every_sort_of_effect_has_a_vector() -> None:
    text = (FOLDER / "fold.json").read_text(encoding="utf-8")
    by_effect: dict[str, set[str]] = {}
    for kind, table in KINDS.items():
        for effect in table["effects"]:
            by_effect.setdefault(effect["do"], set()).add(kind)
    covered = {do for do, kinds in by_effect.items() if any(f'"{kind}"' in text for kind in kinds)}
    assert covered == {"create", "set", "add", "remove", "edit", "step", "move"}
