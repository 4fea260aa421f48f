"""A hazard of the demo: what its story knows of it, and what inspection and fate both do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.cli.demo import papers, pictures
from server.cli.demo.stage import Stage, date_text

DEFAULT_DEADLINE_DAYS = 15
CRITERION = "判定标准由应急管理局导入；本条为虚构示例，不引用真实标准条款"


@dataclass
class Hazard:
    """One hazard of the story and where it stands in it."""

    stage: Stage
    id: str
    inspection: str
    enterprise: Mapping[str, Any]
    officers: Sequence[str]
    supervisor: str
    phrase: Mapping[str, Any]
    label: str
    number: int
    deadline: str
    created: str = ""
    before: str = ""
    reinspection: str = ""
    passing: str = ""
    versions: tuple[str, ...] = ()

    @property
    def space(self) -> str:
        """The county's code."""
        return str(self.enterprise["space"])

    @property
    def lead(self) -> str:
        """The first officer of the inspection."""
        return self.officers[0]

    @property
    def second(self) -> str:
        """The officer who attests."""
        return self.officers[1]

    def standing(self, machine: str = "finding") -> dict[str, Any]:
        """Return `finding`, `base` and `from` of a step taken now."""
        return {"finding": self.id, **self.stage.standing(f"finding/{self.id}", machine)}

    def act(self, person: str, kind: str, /, **body: Any) -> str:
        """Capture an op of this hazard."""
        return self.stage.capture(person, kind, self.space, **body)

    def picture(self, person: str, purpose: str, *, rectified: bool) -> str:
        """Take a photo of the place; return its id."""
        data = pictures.photo(self.number, self.enterprise["trade"], rectified=rectified)
        return take_photo(self.stage, person, self.enterprise, self.inspection, purpose, data)


def take_photo(
    stage: Stage,
    person: str,
    enterprise: Mapping[str, Any],
    inspection: str,
    purpose: str,
    data: bytes,
) -> str:
    """Capture a photo op and attach its bytes; return the photo's id."""
    photo, space = stage.new_id(), enterprise["space"]
    stage.capture(
        person, "photo.add", space,
        photo=photo, inspection=inspection, purpose=purpose, source="camera",
        captured_at_ms=stage.clock.now_ms() - 900,
        blob=stage.phones[person].attach(space, data, "image/jpeg"),
        position=enterprise["position"] | {"accuracy_m": 9 + len(data) % 20, "age_ms": 1200},
    )  # fmt: skip
    return photo


def issue_order(stage: Stage, hazards: Sequence[Hazard], deadline: str = "") -> None:
    """Order rectification of hazards of one inspection, on the first officer's phone.

    `deadline` replaces the hazards' own deadlines when given.
    """
    first = hazards[0]
    items = []
    for hazard in hazards:
        hazard.deadline = deadline or hazard.deadline
        requirement = hazard.phrase["requirement"]
        items.append(hazard.standing() | {"requirement": requirement, "deadline": hazard.deadline})
    facts = [("生产经营单位", first.enterprise["name"]), ("日期", date_text(stage.clock.now_ms()))]
    lines = [
        f"{h.label} {h.phrase['text']}：{h.phrase['requirement']}（{h.deadline} 前）"
        for h in hazards
    ]
    paper = papers.order(facts, lines)
    phone = stage.phones[first.lead]
    first.act(
        first.lead, "order.issue", order=stage.new_id(), inspection=first.inspection, items=items,
        rendering=phone.attach(first.space, paper, "text/html"),
        signatures=list(drawn(stage, first.lead, first.enterprise, first.officers, "recipient")),
    )  # fmt: skip


def drawn(
    stage: Stage,
    person: str,
    enterprise: Mapping[str, Any],
    officers: Sequence[str],
    other: str,
) -> Iterator[dict[str, Any]]:
    """Yield the drawn signatures: the officers', then the enterprise's as `other` unless ""."""
    phone, space = stage.phones[person], enterprise["space"]
    for officer in officers:
        known = stage.phones[officer].person
        image = phone.attach(space, pictures.signature(known["number"]), "image/png")
        yield {"signer": "officer", "name": known["name"], "person": officer, "image": image}
    if other:
        data = pictures.signature(100 + enterprise["number"])
        image = phone.attach(space, data, "image/png")
        yield {"signer": other, "name": enterprise["head"], "image": image}
