"""What people do in the scenarios of this folder: acts as ops, each by its author."""

from typing import Any

from sync_protocol import canonical
from sync_protocol.encoding import b64url
from sync_protocol.keys import sign
from sync_protocol.ops import Op, commitment, pae
from tests.support.authors import Author, Office, finding_body, inspection_begun

Item = dict[str, str]


def pushed(office: Office, *ops: Op) -> Op:
    office.push(*ops)
    return ops[-1]


def found(office: Office, author: Author, inspection: str, **members: Any) -> str:
    """Record a finding; return its id."""
    op = author.op("finding.create", finding_body(author, inspection, **members))
    office.apply(op)
    return str(op.body["finding"])


def image(sha256: str) -> dict[str, Any]:
    return {"sha256": sha256, "size_bytes": 4, "media_type": "image/jpeg"}


def photographed(office: Office, author: Author, inspection: str, sha256: str, **more: Any) -> str:
    """Take a photo; return its id."""
    body = {"photo": author.new_id(), "inspection": inspection, "purpose": "finding"}
    body |= {"source": "camera", "captured_at_ms": author.clock.now_ms(), "blob": image(sha256)}
    office.apply(author.op("photo.add", body | more))
    return str(body["photo"])


def derived(author: Author, photo: str, parent: str, output: str = "cd" * 32, **more: Any) -> Any:
    """Return the body of a derivation: one blurred corner."""
    mark = {"shape": "blur", "x1": 0, "y1": 0, "x2": 2000, "y2": 2000}
    body = {"derivation": author.new_id(), "photo": photo, "purpose": "redaction"}
    return body | {"parent": parent, "tool": "test", "marks": [mark], "blob": image(output)} | more


def step(office: Office, author: Author, kind: str, finding: str, **members: Any) -> Op:
    """Return a step of a finding from the state it is in."""
    state = office.state(f"finding/{finding}", "finding")
    return author.op(kind, {"finding": finding, **state, **members})


def under_measures(office: Office, author: Author, inspection: str) -> str:
    finding = found(office, author, inspection)
    office.apply(step(office, author, "finding.confirm", finding))
    office.apply(step(office, author, "finding.take_measures", finding, measures="停产"))
    return finding


def handing_over(office: Office, author: Author, finding: str, to: str, **header: Any) -> Op:
    """Return the hand-over of a finding to another bureau."""
    told = {"enterprise_name": "示例厂", "enterprise_address": "示例路1号", "reason": "属地管辖"}
    return author.op("finding.hand_over", {"finding": finding, "to": to, **told}, **header)


def reinspected(office: Office, author: Author, finding: str, result: str = "pass") -> Op:
    members = {"reinspection": author.new_id(), "officers": ["wang", "li"], "result": result}
    return step(office, author, "reinspection.record", finding, photos=["photo-1"], **members)


def disputed(office: Office, wang: Author, li: Author) -> tuple[str, Op]:
    finding = under_measures(office, wang, inspection_begun(office, wang, li))
    passes, fails = reinspected(office, wang, finding), reinspected(office, li, finding, "fail")
    office.push(passes)
    office.push(fails)
    return finding, fails


def planned(office: Office, boss: Author, *officers: Author) -> str:
    inspection = boss.new_id()
    body = {
        "inspection": inspection,
        "enterprise": "works",
        "date": "2026-06-16",
        "officers": [officer.person for officer in officers],
        "content": "例行检查",
    }
    office.apply(boss.op("inspection.plan", body))
    return inspection


def beginning(office: Office, author: Author, inspection: str, **members: Any) -> Op:
    state = office.state(f"inspection/{inspection}", "inspection")
    told = dict.fromkeys(("id_shown", "rights_told", "recorder_on", "code_scanned"), True)
    told["arrived_at_ms"] = author.clock.now_ms()
    body = {"inspection": inspection, "officers": ["wang", "li"], **state, **told, **members}
    return author.op("inspection.begin", body)


def on_plan(office: Office, boss: Author, author: Author, kind: str, inspection: str) -> Op:
    state = office.state(f"inspection/{inspection}", "inspection")
    return author.op(kind, {"inspection": inspection, **state})


def signed(author: Author, header: str, item: Item) -> Item:
    """Sign another header text, as a program with a fault of its own would."""
    return item | {"header": header, "sig": b64url(sign(author.key, pae(header.encode())))}


def rewritten(author: Author, header: Any, body: bytes) -> Item:
    """Commit to and sign a body that no builder would make."""
    salt = b"\x01" * 32
    promised = {"commitment": commitment(salt, body), "size": len(body)}
    text = canonical.encode(dict(header) | {"body": promised}).decode()
    item = {"header": text, "body": body.decode(), "salt": b64url(salt), "sig": ""}
    return signed(author, text, item)
