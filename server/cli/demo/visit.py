"""One inspection of the demo, told from its plan to the archive.

A row of `data/inspections.json` says how far it reaches (`reach`), how it began (`begin`:
notified by default, or approved, planned, on_site), and what was found. Everything happens at an
hour of the day; on the day of loading, within the last hour, so that it is under way now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.cli.demo import papers, pictures
from server.cli.demo.fates import fate
from server.cli.demo.hazard import (
    CRITERION,
    DEFAULT_DEADLINE_DAYS,
    Hazard,
    drawn,
    issue_order,
    take_photo,
)
from server.cli.demo.stage import DAY_MS, MINUTE_MS, Stage, Story, date_text

SCHEME = ("planned", "reviewed", "approved", "notified")
UNDER_WAY = ("in_progress", "paused")
UNDER_WAY_SINCE_MINUTES = 58
QUIET_UNTIL_DAY = 15
PHOTOGRAPHED_DAYS = 30
ITEM_BY_TRADE = {
    "mine": "item-01", "chemical": "item-02", "fireworks": "item-03", "industry": "item-04",
}  # fmt: skip
PURPOSE = "按年度监督检查计划检查安全生产情况（虚构）"


@dataclass
class Visit:
    """An inspection while it is told."""

    stage: Stage
    spec: Mapping[str, Any]
    enterprise: Mapping[str, Any]
    officers: Sequence[str]
    reviewer: str
    approver: str
    phrases: Mapping[str, Any]
    fates: Mapping[str, Any]
    number: int
    law: Mapping[str, str]
    id: str = ""
    hazards: list[Hazard] = field(default_factory=list)
    signing: str = ""

    @property
    def space(self) -> str:
        """The county's code."""
        return str(self.enterprise["space"])

    @property
    def reach(self) -> str:
        """How far this inspection comes."""
        return str(self.spec["reach"])

    def act(self, person: str, kind: str, /, **body: Any) -> str:
        """Capture an op of this inspection."""
        return self.stage.capture(person, kind, self.space, inspection=self.id, **body)

    def standing(self, machine: str = "inspection") -> dict[str, Any]:
        """Return `base` and `from` of a step taken now."""
        return self.stage.standing(f"inspection/{self.id}", machine)


def visit(v: Visit) -> Story:
    """Tell one inspection: the scheme, the day itself, what follows."""
    stage, day = v.stage, v.spec["day"]
    if v.spec.get("begin") != "on_site":
        yield stage.at(day - 5, 15, 10 + v.number % 40)
        yield from _scheme(v, day)
        if v.reach in SCHEME:
            return
    if v.reach == "not_carried_out":
        yield stage.at(day, 9, 5)
        v.act(
            v.officers[0], "inspection.not_carried_out", **v.standing(), reason="企业临时停电停产"
        )
        return
    begun = stage.at(day, 9, 10 + v.number % 30)
    if v.reach in UNDER_WAY:
        begun = stage.loaded_at_ms - UNDER_WAY_SINCE_MINUTES * MINUTE_MS
    yield begun
    _begin(v)
    yield from _look_around(v, begun)
    if v.reach not in UNDER_WAY:
        yield from _sign_and_order(v, begun)
        yield from _afterwards(v, begun)


def _scheme(v: Visit, day: int) -> Story:
    stage = v.stage
    v.id = stage.new_id()
    v.act(
        v.officers[0], "inspection.plan", enterprise=v.enterprise["id"], date=stage.date(day),
        officers=list(v.officers), content=PURPOSE, item=ITEM_BY_TRADE[v.enterprise["trade"]],
    )  # fmt: skip
    last = v.reach if v.reach in SCHEME else v.spec.get("begin", "notified")
    if last == "planned":
        return
    yield stage.at(day - 4, 10, v.number % 50)
    v.act(v.reviewer, "inspection.review", **v.standing(), opinion="方案可行，同意上报")
    if last == "reviewed":
        return
    yield stage.at(day - 4, 16, v.number % 50)
    v.act(v.approver, "inspection.approve", **v.standing(), opinion="同意")
    if last == "approved":
        return
    yield stage.at(day - 2, 11, v.number % 50)
    v.act(v.officers[0], "inspection.notify", **v.standing())


def _begin(v: Visit) -> None:
    stage, begin = v.stage, v.spec.get("begin", "notified")
    arrival = {
        "officers": list(v.officers), "arrived_at_ms": stage.clock.now_ms(), "id_shown": True,
        "rights_told": True, "recorder_on": True, "code_scanned": v.number % 3 != 0,
        "position": v.enterprise["position"],
    }  # fmt: skip
    today = date_text(stage.clock.now_ms())
    if int(today[-2:]) <= QUIET_UNTIL_DAY:
        arrival["quiet_ground"] = "按上级部署开展专项检查（虚构）"
    if begin == "on_site":
        v.id = stage.new_id()
        v.act(
            v.officers[0], "inspection.begin_on_site", enterprise=v.enterprise["id"], date=today,
            content=PURPOSE, reason="接群众举报，情况紧急（虚构）", **arrival,
        )  # fmt: skip
        return
    if begin == "planned":
        arrival["reason"] = "重大节日前抽查，审批后补（虚构）"
    v.act(v.officers[0], "inspection.begin", **v.standing(), **arrival)


def _look_around(v: Visit, begun: int) -> Story:
    """Recorder on, a photo of the scene, then a hazard every few minutes, by both officers."""
    stage, clip = v.stage, v.stage.new_id()
    v.act(
        v.officers[0], "clip.start", clip=clip, camera=f"虚构{v.number:04d}",
        officer=v.officers[0], started_at_ms=stage.clock.now_ms(),
    )  # fmt: skip
    if not v.spec["findings"] or v.reach in UNDER_WAY:
        picture = pictures.photo(500 + v.number, v.enterprise["trade"], rectified=True)
        take_photo(stage, v.officers[0], v.enterprise, v.id, "scene", picture)
    for index, found in enumerate(v.spec["findings"]):
        yield begun + (8 + 11 * index) * MINUTE_MS
        v.hazards.append(_record_hazard(v, index, found))
    if v.spec.get("interrupted") or v.reach == "paused":
        yield begun + 50 * MINUTE_MS
        v.act(v.officers[0], "inspection.pause", **v.standing(), reason="现场停电，等待恢复照明")
    if v.spec.get("interrupted"):
        yield begun + 75 * MINUTE_MS
        v.act(v.officers[0], "inspection.resume", **v.standing())
    if v.reach not in UNDER_WAY:
        yield begun + 90 * MINUTE_MS
        v.stage.capture(
            v.officers[0], "clip.stop", v.space, clip=clip, stopped_at_ms=stage.clock.now_ms()
        )


def _record_hazard(v: Visit, index: int, found: Mapping[str, Any]) -> Hazard:
    stage, person = v.stage, v.officers[index % 2]
    phrase = v.phrases[found["phrase"]]
    deadline = stage.date(found.get("due_in", v.spec["day"] + DEFAULT_DEADLINE_DAYS))
    hazard = Hazard(
        stage, stage.new_id(), v.id, v.enterprise, v.officers, v.reviewer, phrase,
        f"{'AB'[index % 2]}{index // 2 + 1}", v.number * 10 + index, deadline,
    )  # fmt: skip
    major = found["fate"].startswith("major")
    hazard.created = v.act(
        person, "finding.create", finding=hazard.id, enterprise=v.enterprise["id"],
        number=hazard.label, grade="major" if major else "general",
        place=f"{index + 1} 号作业点（示例）", description=phrase["text"],
        requirement=phrase["requirement"], criterion=CRITERION if major else None,
        basis=dict(v.law) | {"article": phrase["article"]}, phrase=phrase["id"],
        photos=_photos(v, hazard, index, person),
        position=v.enterprise["position"],
    )  # fmt: skip
    hazard.before = v.hazards[-1].id if v.hazards else ""
    return hazard


def _photos(v: Visit, hazard: Hazard, index: int, person: str) -> list[str]:
    """Take a photo of the hazard; of what is long past, only of the first of each inspection."""
    if index and v.spec["day"] < -PHOTOGRAPHED_DAYS:
        return []
    return [hazard.picture(person, "finding", rectified=False)]


def _sign_and_order(v: Visit, begun: int) -> Story:
    """Both sign, or the site head refuses; then what is dealt with on the spot."""
    supplementary = v.spec.get("supplement", 0)
    recorded = v.hazards[: len(v.hazards) - supplementary]
    yield begun + 100 * MINUTE_MS
    _sign(v, recorded)
    if not v.spec.get("unattested"):
        yield begun + 104 * MINUTE_MS
        v.act(v.officers[1], "inspection.attest", signing=v.signing, agrees=True)
    if supplementary:
        yield begun + 108 * MINUTE_MS
        _supplement(v, v.hazards[len(recorded) :])
    yield begun + 112 * MINUTE_MS
    _deal_on_the_spot(v)


def _deal_on_the_spot(v: Visit) -> None:
    ordered = []
    for hazard, found in zip(v.hazards, v.spec["findings"], strict=True):
        for deed in v.fates[found["fate"]]["spot"]:
            if deed == "order":
                ordered.append(hazard)
            elif deed == "fix":
                photo = hazard.picture(hazard.lead, "finding", rectified=True)
                note = "现场立即整改到位（示例）"
                standing = hazard.standing()
                hazard.act(
                    hazard.lead, "finding.fix_on_spot", **standing, note=note, photos=[photo]
                )
            else:
                measures = "暂停该作业点作业，撤出人员（示例）"
                hazard.act(
                    hazard.lead, "finding.take_measures", **hazard.standing(), measures=measures
                )
    if ordered:
        issue_order(v.stage, ordered)


def _record_members(v: Visit, hazards: Sequence[Hazard], other: str) -> dict[str, Any]:
    names = "、".join(v.stage.phones[officer].person["name"] for officer in v.officers)
    facts = [
        ("生产经营单位", v.enterprise["name"]), ("地址", v.enterprise["address"]),
        ("现场负责人", f"{v.enterprise['head']} {v.enterprise['post']}"),
        ("执法人员", names), ("检查日期", date_text(v.stage.clock.now_ms())),
    ]  # fmt: skip
    paper = papers.record(facts, [f"{h.label} {h.phrase['text']}" for h in hazards])
    lead = v.officers[0]
    return {
        "rendering": v.stage.phones[lead].attach(v.space, paper, "text/html"),
        "recorded": [hazard.id for hazard in hazards],
        "findings": [hazard.standing() for hazard in hazards],
        "signatures": list(drawn(v.stage, lead, v.enterprise, v.officers, other)),
    }


def _sign(v: Visit, hazards: Sequence[Hazard]) -> None:
    if v.spec.get("signing") == "refused":
        v.signing = v.act(
            v.officers[0], "inspection.refuse_signature", **v.standing(),
            refusal_reason="现场负责人对记录第一项有异议，拒绝签字（虚构）",
            witness="村委会见证人（虚构）", **_record_members(v, hazards, ""),
        )  # fmt: skip
        return
    members = _record_members(v, hazards, "site_head")
    v.signing = v.act(v.officers[0], "inspection.sign", **v.standing(), **members)


def _supplement(v: Visit, hazards: Sequence[Hazard]) -> None:
    members = _record_members(v, hazards, "site_head")
    v.act(v.officers[0], "inspection.supplement", **members)


def _afterwards(v: Visit, begun: int) -> Story:
    for hazard, found in zip(v.hazards, v.spec["findings"], strict=True):
        v.stage.add(fate(hazard, begun + 120 * MINUTE_MS, v.fates[found["fate"]]["steps"]))
    if v.spec.get("approval") == "completed":
        yield begun + DAY_MS
        opinion = "情况属实，同意补办"
        v.act(v.approver, "inspection.complete_approval", **v.standing("approval"), opinion=opinion)
    if v.reach == "signed":
        return
    yield begun + DAY_MS + 6 * 60 * MINUTE_MS
    spots = [deed for f in v.spec["findings"] for deed in v.fates[f["fate"]]["spot"]]
    kinds = {"order": "order", "measures": "measures"}
    conclusion = next((kinds[deed] for deed in spots if deed in kinds), "no_problem")
    v.act(v.officers[0], "inspection.conclude", **v.standing(), conclusion=conclusion)
    if v.reach == "archived":
        yield begun + 25 * DAY_MS
        v.act(v.reviewer, "inspection.archive", **v.standing())
