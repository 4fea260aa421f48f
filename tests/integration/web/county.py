"""Two counties, and a hazard of the first that may be handed over to the second."""

from dataclasses import dataclass
from typing import Any

from server.cli.demo.phone import Phone
from sync_protocol.ops import Op
from tests.support.service import COUNTY, OTHER_COUNTY, Service, photo

ORIGINAL = photo(colour="handed over")
TOLD = {"enterprise_name": "示例厂", "enterprise_address": "示例路1号", "reason": "属地管辖"}


@dataclass
class County:
    """Two counties, a hazard of the first that was confirmed, and its photo."""

    service: Service
    officer: Phone
    boss: Phone
    finding: str = "hazard"

    def rule(self, phone: Phone, op: Op) -> dict[str, Any]:
        """Push what a phone holds; return the ruling of one op."""
        items = {item["op"]: item for item in phone.push()}
        ruling: dict[str, Any] = items[op.id]["ruling"]
        return ruling

    def told(self, phone: Phone, op: Op) -> tuple[str, str, list[str]]:
        ruling = self.rule(phone, op)
        return ruling["outcome"], ruling["code"], ruling["flags"]

    def hand_over(self, phone: Phone, to: str = OTHER_COUNTY, space: str = COUNTY) -> Op:
        body = {"finding": self.finding, "to": to, **TOLD}
        return phone.capture("finding.hand_over", space, body, ())

    def step(self, phone: Phone, kind: str, space: str = COUNTY, **members: Any) -> Op:
        """Return a step of the hazard from the state that its row shows."""
        state = self.row("administrator")["states"]["finding"]
        body = {"finding": self.finding, "base": state["op"], "from": state["s"], **members}
        return phone.capture(kind, space, body, ())

    def row(self, login: str) -> Any:
        spaces = {"administrator": (COUNTY, OTHER_COUNTY)}.get(login, (self.space_of(login),))
        rows = [rows_of(self.service, login, space).get(self.key) for space in spaces]
        return next((row for row in rows if row is not None), None)

    def space_of(self, login: str) -> str:
        return str(self.service.ask(login, "GET", "/session").json["bureau"])

    @property
    def key(self) -> str:
        return f"finding/{self.finding}"


def lines_of(service: Service, login: str, space: str, after: int = -1) -> list[dict[str, Any]]:
    query = f"after_index={after}&after_entity=~" if after >= 0 else ""
    reply = service.ask(login, "GET", f"/spaces/{space}/rows?{query}")
    assert reply.status_code == 200, reply.text
    lines: list[dict[str, Any]] = reply.json["rows"]
    return lines


def rows_of(service: Service, login: str, space: str) -> dict[str, Any]:
    """Return the rows of a space as a new phone finds them."""
    lines = lines_of(service, login, space)
    assert all("row" in line for line in lines), "a new phone is not told what it never had"
    return {line["row"]["entity"]: line["row"] for line in lines}


def head_of(service: Service, login: str, space: str) -> int:
    reply = service.ask(login, "GET", f"/spaces/{space}/rows")
    return int(reply.json["complete_through"]) - 1


def take_photo(county: County, phone: Phone, name: str, data: bytes, **members: Any) -> Op:
    ref = phone.attach(COUNTY, data, "image/jpeg")
    body = {
        "photo": name, "inspection": "insp", "purpose": "finding", "source": "camera",
        "captured_at_ms": 1, "blob": ref, **members,
    }  # fmt: skip
    return phone.capture("photo.add", COUNTY, body, ())


def handed_over(county: County) -> Op:
    op = county.hand_over(county.boss)
    assert county.told(county.boss, op) == ("applied", "", [])
    return op


def begin(service: Service) -> County:
    """Record an inspection with one confirmed hazard and its photo."""
    officer, boss = service.confirmed_phone("inspector"), service.confirmed_phone("supervisor")
    county = County(service, officer, boss)
    yes = dict.fromkeys(("id_shown", "rights_told", "recorder_on", "code_scanned"), True)
    works = {"enterprise": "works", "name": "示例厂", "trade": "industry", "address": "示例路1号"}
    officer.capture("enterprise.add", COUNTY, works, ())
    begun = {
        "inspection": "insp", "enterprise": "works", "date": "2026-09-21", "content": "例行检查",
        "officers": ["inspector", "colleague"], "arrived_at_ms": 1, "reason": "举报", **yes,
    }  # fmt: skip
    officer.capture("inspection.begin_on_site", COUNTY, begun, ())
    take_photo(county, officer, "picture", ORIGINAL)
    hazard = {
        "finding": "hazard", "inspection": "insp", "enterprise": "works", "number": "A1",
        "grade": "general", "place": "车间", "description": "堵塞", "photos": ["picture"],
        "basis": {"law": "示例法", "article": "第一条", "version": "2021"},
    }  # fmt: skip
    made = officer.capture("finding.create", COUNTY, hazard, ())
    confirmed = {"finding": "hazard", "base": made.id, "from": "draft"}
    officer.capture("finding.confirm", COUNTY, confirmed, ())
    assert {item["ruling"]["outcome"] for item in officer.push()} == {"applied"}
    officer.upload(set())
    return county
