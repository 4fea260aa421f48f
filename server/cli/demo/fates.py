"""What becomes of a hazard of the demo after the inspection: one function a step of its fate.

The order of steps is data (`data/inspections.json`, `fates`); a step here says who does it
and with which words. Each takes the state from what everybody sees at that moment.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from server.cli.demo.hazard import Hazard, issue_order
from server.cli.demo.stage import DAY_MS, MINUTE_MS, Story, date_text

EXAMPLE = "（示例）"
EXTENSION_DAYS = 10
ORDER_AGAIN_DAYS = 7


def fate(hazard: Hazard, begun_ms: int, steps: Sequence[Sequence[Any]]) -> Story:
    """Play the steps of a fate: [days after the inspection, name of the step]."""
    for index, (days, name) in enumerate(steps):
        yield begun_ms + days * DAY_MS + (30 * index + hazard.number % 25) * MINUTE_MS
        STEPS[name](hazard)


def _claim(h: Hazard) -> None:
    claim = "企业称已按要求整改完毕，申请复查" + EXAMPLE
    h.act(h.second, "rectification.claim", **h.standing(), claim=claim, photos=[])


def _reinspect(h: Hazard, person: str, standing: dict[str, Any], result: str) -> str:
    h.reinspection = h.stage.new_id()
    opinion = "已整改，符合要求" if result == "pass" else "现场仍未整改到位"
    photo = h.picture(person, "reinspection", rectified=result == "pass")
    return h.act(
        person, "reinspection.record", **standing, reinspection=h.reinspection,
        officers=[h.lead, h.second], result=result, opinion=opinion, photos=[photo],
    )  # fmt: skip


def _pass(h: Hazard) -> None:
    _reinspect(h, h.lead, h.standing(), "pass")


def _fail(h: Hazard) -> None:
    _reinspect(h, h.lead, h.standing(), "fail")


def _attest(h: Hazard) -> None:
    h.act(h.second, "reinspection.attest", reinspection=h.reinspection, finding=h.id)


def _arrive_in_order(h: Hazard) -> None:
    """Let the first officer's work reach the service before the second's."""
    for person in (h.lead, h.second):
        h.stage.synchronise_phone(h.stage.phones[person])


def _dispute(h: Hazard) -> None:
    """Two officers without signal, from the same state, with opposite results."""
    standing = h.standing()
    h.passing = _reinspect(h, h.lead, standing, "pass")
    failing = _reinspect(h, h.second, standing, "fail")
    h.stage.expect(failing, "conflict", "step_contradicts")
    _arrive_in_order(h)


def _decide(h: Hazard) -> None:
    reason = "经核对新旧照片并电话询问企业，整改属实，采信合格结果" + EXAMPLE
    h.act(h.supervisor, "finding.decide", **h.standing(), chosen=h.passing, reason=reason)


def _close(h: Hazard) -> None:
    h.act(h.supervisor, "finding.close", **h.standing(), reason="资料齐全，同意闭环")


def _order_again(h: Hazard) -> None:
    deadline = date_text(h.stage.clock.now_ms() + ORDER_AGAIN_DAYS * DAY_MS)
    issue_order(h.stage, [h], deadline)


def _request_extension(h: Hazard) -> None:
    until = _later(h.deadline, EXTENSION_DAYS)
    reason = "设备配件采购周期较长，企业书面申请延期" + EXAMPLE
    h.act(
        h.second, "extension.request", **h.standing(), extension_reason=reason,
        extension_until=until,
    )  # fmt: skip


def _grant_extension(h: Hazard) -> None:
    h.deadline = _later(h.deadline, EXTENSION_DAYS)
    h.act(h.supervisor, "extension.grant", **h.standing(), deadline=h.deadline)


def _deny_extension(h: Hazard) -> None:
    h.act(h.supervisor, "extension.deny", **h.standing(), reason="理由不充分，按原期限整改")


def _propose_close(h: Hazard) -> None:
    h.act(h.lead, "finding.propose_close", **h.standing(), reason="复查不合格，提请关闭（示例）")


def _withdraw(h: Hazard) -> None:
    h.act(h.lead, "finding.withdraw", **h.standing(), reason="经核实不构成隐患，撤销")


def _mark_duplicate(h: Hazard) -> None:
    h.act(
        h.second, "finding.mark_duplicate", **h.standing(), duplicate_of=h.before,
        reason="与同次检查另一条为同一隐患",
    )  # fmt: skip


def _transfer(h: Hazard) -> None:
    h.act(
        h.supervisor, "finding.transfer", **h.standing(), authority="示例市某主管部门（虚构）",
        reason="属其他部门职责，依职责移送",
    )  # fmt: skip


def _enterprise_ceased(h: Hazard) -> None:
    h.act(h.supervisor, "finding.enterprise_ceased", **h.standing(), reason="企业已停业")


def _contest(h: Hazard) -> None:
    """Both officers reword the description without knowing of each other."""
    texts = h.phrase["text"] + "（约 3 处）", h.phrase["text"] + "（现场共 5 处）"
    edits = []
    for person, text in zip((h.lead, h.second), texts, strict=True):
        change = {"field": "description", "value": text, "replaces": [h.created]}
        edits.append(h.act(person, "finding.edit", finding=h.id, changes=[change]))
    h.versions = tuple(edits)
    h.stage.expect(edits[1], "conflict", "field_contested")
    _arrive_in_order(h)


def _resolve(h: Hazard) -> None:
    text = h.phrase["text"] + "（经核对共 5 处）"
    change = {"field": "description", "value": text, "replaces": sorted(h.versions)}
    h.act(h.lead, "finding.edit", finding=h.id, changes=[change])


def _list(h: Hazard) -> None:
    h.act(
        h.supervisor, "listing.list", finding=h.id, responsible=h.enterprise["head"],
        plan_measures="停止相关作业，制定整改方案，逐项落实并验收（示例）",
        funds="企业自筹，金额见整改方案（虚构）", time_limit=h.deadline,
        contingency="整改期间落实专人值守，险情发生时立即撤人（示例）",
    )  # fmt: skip


def _accept(h: Hazard) -> None:
    opinion = "现场验收，重大隐患已消除（示例）"
    h.act(h.supervisor, "listing.accept", **h.standing("listing"), opinion=opinion)


def _delist(h: Hazard) -> None:
    h.act(h.supervisor, "listing.delist", **h.standing("listing"))


def _approve_resumption(h: Hazard) -> None:
    h.act(h.supervisor, "listing.approve_resumption", **h.standing("listing"))


STEPS: dict[str, Callable[[Hazard], None]] = {
    "claim": _claim, "pass": _pass, "fail": _fail, "attest": _attest, "dispute": _dispute,
    "decide": _decide, "close": _close, "order_again": _order_again,
    "request_extension": _request_extension, "grant_extension": _grant_extension,
    "deny_extension": _deny_extension, "propose_close": _propose_close, "withdraw": _withdraw,
    "mark_duplicate": _mark_duplicate, "transfer": _transfer,
    "enterprise_ceased": _enterprise_ceased, "contest": _contest, "resolve": _resolve,
    "list": _list, "accept": _accept, "delist": _delist,
    "approve_resumption": _approve_resumption,
}  # fmt: skip


def _later(date: str, days: int) -> str:
    return (dt.date.fromisoformat(date) + dt.timedelta(days=days)).isoformat()
