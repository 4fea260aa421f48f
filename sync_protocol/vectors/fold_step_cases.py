# ruff: noqa: E501 (a case a line reads as a table)
"""Cases of steps: agreement, disputes, stale steps, several rows at once. Expected by hand."""

from typing import Any

from sync_protocol.vectors.fold_rows import (
    case,
    claim,
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
BLOB = {"sha256": "b" * 64, "size_bytes": 9, "media_type": "text/html"}
ORDERED = state(2, "ordered", "order")
WAS_ORDERED = left("ordered", "order", 2)
PASSED = state(4, "passed", "reinspect_pass", "p-2")
CLAIM_PASS = claim(4, "passed", "reinspect_pass", "p-2")
DISPUTE = {"was": "ordered", "claims": [CLAIM_PASS, claim(6, "failed", "reinspect_fail")]}
DISPUTED = finding(state(6, "disputed", "dispute"), disputes={"finding": DISPUTE})


def _claimed(number: int, base: int, source: str, by: str = "p-1") -> Row:
    body = {
        "finding": "f-1",
        "base": op(base),
        "from": source,
        "claim": "已整改",
        "photos": ["ph-8"],
    }
    return fold_op(number, "rectification.claim", body, by)


def _reinspected(number: int, result: str, base: int = 2, source: str = "ordered") -> Row:
    body = {
        "reinspection": f"r-{number}", "finding": "f-1", "base": op(base), "from": source, "officers": ["p-1", "p-2"],
        "result": result, "photos": [f"ph-{number}"],
    }  # fmt: skip
    return fold_op(number, "reinspection.record", body)


def _reinspection(number: int, result: str) -> Row:
    fields = {
        "finding": version(number, "f-1"), "officers": version(number, ["p-1", "p-2"]), "result": version(number, result),
        "photos": version(number, [f"ph-{number}"]),
    }  # fmt: skip
    return row(f"reinspection/r-{number}", created=made(number), fields=fields)


def _decided(number: int, chosen: int, base: int = 6, source: str = "disputed") -> Row:
    body = {
        "finding": "f-1", "base": op(base), "from": source, "chosen": op(chosen), "reason": "以照片为准",
    }  # fmt: skip
    return fold_op(number, "finding.decide", body, "p-9")


def steps() -> list[Row]:
    """Return cases of one step on one row."""
    photo = {"after_photos": members(("ph-8", 5))}
    after_claim = finding(
        state(5, "rectification_claimed", "claim", past=(WAS_ORDERED,)),
        fields={"claim": version(5, "已整改")},
        sets=photo,
    )
    elsewhere = finding(
        state(4, "rectification_claimed", "claim", "p-2"), fields={"claim": version(4, "先报")}
    )
    agreeing = {
        **elsewhere,
        "sets": photo,
        "states": {"finding": {**elsewhere["states"]["finding"], "agreed": [op(5)]}},
    }
    return [
        case("a step from the state it was taken from", [finding()], _claimed(5, 2, "ordered"), "applied", after=(after_claim,)),
        refused("a step that the table does not have", [finding(state(2, "draft", "create"))], _claimed(5, 2, "draft"), "illegal_step"),
        refused("illegal is illegal even where the row has arrived meanwhile", [elsewhere], _claimed(5, 2, "passed"), "illegal_step"),
        refused("a state that no machine has", [finding()], _claimed(5, 2, "nowhere"), "illegal_step"),
        refused("a step needs the row", [], _claimed(5, 2, "ordered"), "entity_unknown"),
        refused("a step needs the row in the op's space", [{**finding(), "space": "530903"}], _claimed(5, 2, "ordered"), "entity_elsewhere"),
        case("the same step twice agrees: sets are skipped, add is not", [elsewhere], _claimed(5, 2, "ordered"), "merged",
             after=(agreeing,)),
        case("agreement also from another legal state", [elsewhere], _claimed(5, 3, "extension_granted"), "merged",
             after=(agreeing,)),
        case("who agreed goes on from the own step", [agreeing], _reinspected(6, "fail", 5, "rectification_claimed"), "applied",
             after=(finding(state(6, "failed", "reinspect_fail", past=(left("rectification_claimed", "claim", 4, 5),)),
                            fields={**elsewhere["fields"], "reinspection": version(6, "r-6")},
                            sets={"after_photos": members(("ph-6", 6), ("ph-8", 5))}), _reinspection(6, "fail"))),
        case("who neither took the step nor agreed does not", [agreeing], _reinspected(6, "fail", 7, "rectification_claimed"), "conflict",
             "step_contradicts",
             (finding(state(6, "disputed", "dispute"), fields=elsewhere["fields"], sets={"after_photos": members(("ph-6", 6), ("ph-8", 5))},
                      disputes={"finding": {"was": "rectification_claimed",
                                            "claims": [claim(4, "rectification_claimed", "claim", "p-2"), claim(6, "failed", "reinspect_fail")]}}),
              _reinspection(6, "fail"))),
        case("a third who agrees is remembered too, sorted", [agreeing], _claimed(3, 2, "ordered"), "merged",
             after=({**agreeing, "states": {"finding": {**agreeing["states"]["finding"], "agreed": sorted([op(3), op(5)])}}},)),
        case("the right base with a wrong state is no step from it", [finding()], _reinspected(5, "pass", 2, "extension_granted"),
             "conflict", "step_contradicts",
             (finding(state(5, "disputed", "dispute"), sets={"after_photos": members(("ph-5", 5))},
                      disputes={"finding": {"was": "extension_granted",
                                            "claims": [claim(2, "ordered", "order"), claim(5, "passed", "reinspect_pass")]}}),
              _reinspection(5, "pass"))),
        case("step_by takes the step from the body", [finding()], _reinspected(5, "fail"), "applied",
             after=(finding(state(5, "failed", "reinspect_fail", past=(WAS_ORDERED,)), fields={"reinspection": version(5, "r-5")},
                            sets={"after_photos": members(("ph-5", 5))}), _reinspection(5, "fail"))),
    ]  # fmt: skip


def disputes() -> list[Row]:
    """Return cases of two officers who contradict each other, and of the supervisor's decision."""
    passed = finding(PASSED, fields={"reinspection": version(4, "r-4")})
    photos = {"after_photos": members(("ph-6", 6))}
    third = {"was": "ordered", "claims": [*DISPUTE["claims"], claim(7, "passed", "reinspect_pass")]}
    stale = {"was": "ordered", "claims": [*DISPUTE["claims"], claim(8, "passed", "decide", "p-9")]}
    closing: Row = {"finding": "f-1", "base": op(4), "from": "passed"}
    return [
        case("pass and fail from one state: both kept, nobody wins, sets are skipped", [passed], _reinspected(6, "fail"), "conflict",
             "step_contradicts",
             (finding(state(6, "disputed", "dispute"), fields={"reinspection": version(4, "r-4")}, sets=photos,
                      disputes={"finding": DISPUTE}), _reinspection(6, "fail"))),
        case("a third result joins the dispute, also when it repeats one", [DISPUTED], _reinspected(7, "pass"), "conflict",
             "step_contradicts",
             (finding(state(7, "disputed", "dispute"), sets={"after_photos": members(("ph-7", 7))}, disputes={"finding": third}),
              _reinspection(7, "pass"))),
        case("a supervisor takes the first", [DISPUTED], _decided(8, 4), "applied",
             after=(finding(state(8, "passed", "decide", "p-9")),)),
        case("a supervisor takes the second", [DISPUTED], _decided(8, 6), "applied",
             after=(finding(state(8, "failed", "decide", "p-9")),)),
        refused("only a claim of the dispute can be chosen", [DISPUTED], _decided(8, 2), "claim_unknown"),
        refused("where nothing is disputed there is no claim", [passed], _decided(8, 4), "claim_unknown"),
        refused("a decision starts from disputed", [DISPUTED], _decided(8, 4, source="passed"), "illegal_step"),
        case("a decision that had not seen the last claim becomes a claim", [DISPUTED], _decided(8, 4, base=5), "conflict",
             "step_contradicts", (finding(state(8, "disputed", "dispute", "p-9"), disputes={"finding": stale}),)),
        case("a late result reopens what was closed", [finding(state(5, "closed", "close", "p-9"))], _reinspected(6, "fail"), "conflict",
             "step_contradicts",
             (finding(state(6, "disputed", "dispute"), sets=photos,
                      disputes={"finding": {"was": "ordered", "claims": [claim(5, "closed", "close", "p-9"), claim(6, "failed", "reinspect_fail")]}}),
              _reinspection(6, "fail"))),
        case("a step from the settled state goes on", [passed], fold_op(9, "finding.close", closing, "p-9"), "applied",
             after=(finding(state(9, "closed", "close", "p-9", (left("passed", "reinspect_pass", 4),)),
                            fields={"reinspection": version(4, "r-4")}),)),
        case("a dispute forgets the past", [finding(state(4, "passed", "reinspect_pass", "p-2", (WAS_ORDERED,)))], _reinspected(6, "fail"),
             "conflict", "step_contradicts",
             (finding(state(6, "disputed", "dispute"), sets=photos, disputes={"finding": DISPUTE}), _reinspection(6, "fail"))),
    ]  # fmt: skip


BEGIN: Row = {
    "inspection": "i-1", "base": op(2), "from": "planned", "officers": ["p-1", "p-2"], "arrived_at_ms": 4900, "id_shown": True, "rights_told": True,
    "recorder_on": True, "code_scanned": False,
}  # fmt: skip
BEGUN_FIELDS = {
    name: version(5, BEGIN[name])
    for name in (
        "officers",
        "arrived_at_ms",
        "id_shown",
        "rights_told",
        "recorder_on",
        "code_scanned",
    )
}


def _inspection(present: Row, approval: Row | None = None, **parts: Any) -> Row:
    approval = approval or state(2, "not_needed", "create")
    return inspection(states={"inspection": present, "approval": approval}, **parts)


def machines() -> list[Row]:
    """Return cases of machines that refuse what is stale, of unbased steps, of no state at all."""
    planned = _inspection(state(2, "planned", "create"))
    was_planned = left("planned", "create", 2)
    begun = state(5, "in_progress", "begin", past=(was_planned,))
    undeferred = left("not_needed", "create", 2)
    with_reason = {**BEGIN, "reason": "接到举报"}
    reasoned = {**BEGUN_FIELDS, "reason": version(5, "接到举报")}
    deferred = _inspection(begun, state(5, "pending", "defer", past=(undeferred,)), fields=reasoned)
    pausing = {"inspection": "i-1", "base": op(4), "from": "in_progress", "reason": "停电"}
    listing = {
        "finding": "f-1",
        "responsible": "张三",
        "plan_measures": "a",
        "funds": "1万元",
        "time_limit": "2026-12-01",
        "contingency": "b",
    }
    listed_fields = {
        name: version(5, value) for name, value in listing.items() if name != "finding"
    }
    listed = finding(
        states={"finding": ORDERED, "listing": state(5, "listed", "list", "p-9")},
        fields=listed_fields,
    )
    completing = {"inspection": "i-1", "base": op(2), "from": "pending"}
    return [
        case("begun by the scheme: approval stays", [planned], fold_op(5, "inspection.begin", BEGIN), "applied",
             after=(_inspection(begun, fields=BEGUN_FIELDS),)),
        case("begun with a reason: an unbased step takes the other machine as it stands", [planned],
             fold_op(5, "inspection.begin", with_reason), "applied", after=(deferred,)),
        case("begun twice agrees: the unbased step and the sets are skipped", [deferred], fold_op(6, "inspection.begin", with_reason), "merged",
             after=(_inspection({**begun, "agreed": [op(6)]}, state(5, "pending", "defer", past=(undeferred,)), fields=reasoned),)),
        case("who begun second goes on from the own begin", [_inspection({**begun, "agreed": [op(6)]})],
             fold_op(7, "inspection.pause", {**pausing, "base": op(6)}), "applied",
             after=(_inspection(state(7, "paused", "pause", past=(was_planned, left("in_progress", "begin", 5, 6)))),)),
        case("begun twice agrees also after the approval was completed",
             [_inspection(begun, state(7, "completed", "complete", "p-9"), fields=reasoned)],
             fold_op(8, "inspection.begin", with_reason), "merged",
             after=(_inspection({**begun, "agreed": [op(8)]}, state(7, "completed", "complete", "p-9"), fields=reasoned),)),
        refused("an unbased step that is illegal from there refuses all", [_inspection(state(2, "planned", "create"), state(2, "pending", "create"))],
                fold_op(5, "inspection.begin", with_reason), "illegal_step"),
        refused("a machine that refuses what is stale", [_inspection(state(5, "signed", "sign"))], fold_op(6, "inspection.pause", pausing),
                "stale_step"),
        refused("a row without that machine has the state none", [inspection(states={"inspection": begun})],
                fold_op(6, "inspection.complete_approval", completing, "p-9"), "stale_step"),
        case("a machine with an initial state starts from it", [finding()], fold_op(5, "listing.list", listing, "p-9"), "applied", after=(listed,)),
        refused("listed already", [listed], fold_op(6, "listing.list", listing, "p-9"), "illegal_step"),
        case("a state may lead to itself", [planned],
             fold_op(5, "inspection.review", {"inspection": "i-1", "base": op(2), "from": "planned"}, "p-9"), "applied",
             after=(_inspection(state(5, "planned", "review", "p-9", (was_planned,)), sets={"reviewers": members(("p-9", 5))}),)),
    ]  # fmt: skip


SIGN: Row = {
    "inspection": "i-1", "base": op(5), "from": "in_progress", "rendering": BLOB, "recorded": [], "findings": [],
    "signatures": [{"signer": "site_head", "name": "某某", "image": BLOB}],
}  # fmt: skip


def _record(number: int, by: str = "p-1") -> Row:
    names = ("inspection", "rendering", "recorded", "signatures")
    fields = {name: version(number, SIGN[name]) for name in names}
    return row(f"record/{op(number)}", created=made(number, by), fields=fields)


def late() -> list[Row]:
    """Return cases of steps that arrive after the row has gone on from where they lead."""
    was_planned = left("planned", "create", 2)
    begun = left("in_progress", "begin", 5)
    begun_twice = left("in_progress", "begin", 5, 6)
    signed = state(7, "signed", "sign", past=(was_planned, begun))
    signed_late = state(7, "signed", "sign", past=(was_planned, begun_twice))
    bound = {"rendering": version(7, BLOB)}
    gone = state(
        9, "concluded", "conclude", past=(was_planned, begun_twice, left("signed", "sign", 7))
    )
    gone_agreed = state(
        9, "concluded", "conclude", past=(was_planned, begun_twice, left("signed", "sign", 7, 8))
    )
    second = fold_op(8, "inspection.sign", {**SIGN, "base": op(6)}, "p-2")
    full = tuple(
        left("in_progress" if at % 2 else "paused", "resume" if at % 2 else "pause", 10 + at)
        for at in range(16)
    )
    pausing = {"inspection": "i-1", "base": op(26), "from": "in_progress", "reason": "停电"}
    closed = state(9, "closed", "close", "p-9", (WAS_ORDERED, left("passed", "reinspect_pass", 4)))
    closed_agreed = state(
        9, "closed", "close", "p-9", (WAS_ORDERED, left("passed", "reinspect_pass", 4, 6))
    )
    return [
        case("who began too, but arrived after the record was signed, agrees", [_inspection(signed, fields=bound)],
             fold_op(6, "inspection.begin", BEGIN, "p-2"), "merged", after=(_inspection(signed_late, fields=bound),)),
        case("the same begin with a reason defers nothing twice", [_inspection(signed, fields=bound)],
             fold_op(6, "inspection.begin", {**BEGIN, "reason": "接到举报"}, "p-2"), "merged", after=(_inspection(signed_late, fields=bound),)),
        case("the first record binds its rendering", [_inspection(state(5, "in_progress", "begin", past=(was_planned,)))],
             fold_op(7, "inspection.sign", SIGN), "applied", after=(_record(7), _inspection(signed, fields=bound))),
        case("the second officer's record agrees and stands beside the first", [_inspection(signed_late, fields=bound)], second, "merged",
             after=(_record(8, "p-2"), _inspection({**signed_late, "agreed": [op(8)]}, fields=bound))),
        case("also when the inspection was concluded meanwhile", [_inspection(gone)], second, "merged",
             after=(_record(8, "p-2"), _inspection(gone_agreed))),
        refused("from where the row never was there is no agreeing", [_inspection(gone)],
                fold_op(8, "inspection.sign", {**SIGN, "base": op(4)}, "p-2"), "stale_step"),
        refused("another step from a former state is stale", [_inspection(signed_late)],
                fold_op(8, "inspection.pause", {"inspection": "i-1", "base": op(6), "from": "in_progress", "reason": "停电"}, "p-2"), "stale_step"),
        case("a second pass that arrives after the hazard was closed agrees", [finding(closed)], _reinspected(6, "pass"), "merged",
             after=(finding(closed_agreed, sets={"after_photos": members(("ph-6", 6))}), _reinspection(6, "pass"))),
        case("the sixteen newest former states are remembered", [_inspection(state(26, "in_progress", "resume", past=full))],
             fold_op(27, "inspection.pause", pausing), "applied",
             after=(_inspection(state(27, "paused", "pause", past=(*full[1:], left("in_progress", "resume", 26)))),)),
    ]  # fmt: skip


def _second(present: Row) -> Row:
    return {**finding(present), "entity": "finding/f-2"}


def orders() -> list[Row]:
    """Return cases of `each`: one op, several rows, the strongest outcome."""
    item: Row = {
        "finding": "f-1",
        "base": op(2),
        "from": "confirmed",
        "requirement": "更换",
        "deadline": "2026-12-01",
    }
    body: Row = {
        "order": "o-1", "inspection": "i-1", "items": [item, {**item, "finding": "f-2", "base": op(3), "requirement": "清理"}],
        "rendering": BLOB, "signatures": [],
    }  # fmt: skip
    fields = {
        name: version(5, body[name]) for name in ("inspection", "items", "rendering", "signatures")
    }
    order = row("order/o-1", created=made(5), fields=fields)
    visited = inspection(sets={"orders": members(("o-1", 5))})
    issued = fold_op(5, "order.issue", body)
    confirmed = [
        inspection(),
        finding(state(2, "confirmed", "confirm")),
        _second(state(3, "confirmed", "confirm")),
    ]

    def ordered(requirement: str) -> Row:
        return {
            "order": version(5, "o-1"),
            "requirement": version(5, requirement),
            "deadline": version(5, "2026-12-01"),
        }

    first = finding(
        state(5, "ordered", "order", past=(left("confirmed", "confirm", 2),)),
        fields=ordered("更换"),
    )
    now = state(5, "ordered", "order", past=(left("confirmed", "confirm", 3),))
    second = {**_second(now), "fields": ordered("清理")}
    withdrawn = _second(state(4, "withdrawn", "withdraw", "p-2"))
    contested = {
        **_second(state(5, "disputed", "dispute")),
        "disputes": {"finding": {"was": "confirmed", "claims": [claim(4, "withdrawn", "withdraw", "p-2"), claim(5, "ordered", "order")]}},
    }  # fmt: skip
    agreed = finding(state(4, "ordered", "order", "p-2"))
    agreed_too = finding({**state(4, "ordered", "order", "p-2"), "agreed": [op(5)]})
    return [
        case("each item steps its own row; names come from the item, then the body", confirmed, issued, "applied",
             after=(order, visited, first, second)),
        case("one row moved: it is disputed, the other is ordered", [*confirmed[:2], withdrawn], issued, "conflict", "step_contradicts",
             (order, visited, first, contested)),
        case("one row agreed: merged, and its own sets are skipped", [confirmed[0], agreed, confirmed[2]], issued, "merged",
             after=(order, visited, agreed_too, second)),
        case("conflict is stronger than merged", [confirmed[0], agreed, withdrawn], issued, "conflict", "step_contradicts",
             (order, visited, agreed_too, contested)),
        refused("one row that does not exist refuses all", confirmed[:2], issued, "entity_unknown"),
        refused("one illegal step refuses all",
                confirmed, fold_op(5, "order.issue", {**body, "items": [item, {**item, "finding": "f-2", "base": op(3), "from": "draft"}]}),
                "illegal_step"),
        refused("one finding twice in one order is refused", confirmed, fold_op(5, "order.issue", {**body, "items": [item, item]}), "illegal_step"),
    ]  # fmt: skip
