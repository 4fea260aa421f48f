"""What a record says of its photo and what was measured: a difference is flagged, in any order."""

from typing import Any

import pytest

from server.services import rebuild, verify
from tests.support.service import COUNTY, Service, digest, photo

Item = dict[str, Any]
FLAG = "original_differs"
PLAN = {"inspection": "i1", "enterprise": "e1", "date": "2026-09-21", "content": "例行检查"}
ENTERPRISE = {"enterprise": "e1", "name": "矿", "trade": "mine", "address": "虚构路1号"}


def planned(service: Service) -> Any:
    phone = service.confirmed_phone("inspector")
    phone.capture("enterprise.add", COUNTY, ENTERPRISE, ())
    officers = {"officers": ["inspector", "colleague"]}
    phone.capture("inspection.plan", COUNTY, PLAN | officers, ())
    phone.push()
    return phone


def shot(service: Service, phone: Any, content: bytes, **said: Any) -> Item:
    """Push a photo that says this of its original; return the item."""
    true = {"sha256": digest(content), "size_bytes": len(content), "media_type": "image/jpeg"}
    body = {"photo": f"p{phone.head[0]}", "inspection": "i1", "purpose": "scene"}
    more = {"source": "camera", "captured_at_ms": 1, "blob": true | said}
    phone.capture("photo.add", COUNTY, body | more, ())
    item: Item = phone.push()[0]
    assert item["ruling"]["outcome"] == "applied"
    return item


def ruling(service: Service, item: Item) -> Item:
    found: Item = service.ask("inspector", "GET", f"/ops/{item['op']}").json["ruling"]
    return found


def log_holds(service: Service) -> None:
    with service.app.app_context():
        assert rebuild.check(service.runtime) == []
        assert verify.verify(service.runtime) == []


@pytest.mark.parametrize(
    "said",
    [
        {"size_bytes": 5},
        {"media_type": "image/png"},
        {"size_bytes": 5, "media_type": "image/png"},
    ],
)
def test_the_record_is_flagged_once_the_original_is_measured(service: Service, said: Item) -> None:
    phone, content = planned(service), photo()
    wrong, right = shot(service, phone, content, **said), shot(service, phone, content)
    assert ruling(service, wrong)["flags"] == []
    assert service.upload("inspector", content).status_code == 201
    flagged = ruling(service, wrong)
    assert (flagged["outcome"], flagged["flags"]) == ("applied", [FLAG])
    assert FLAG in flagged["leaf"], "and its author can prove it"
    assert ruling(service, right)["flags"] == []
    rows = service.ask("inspector", "GET", f"/spaces/{COUNTY}/rows").json["rows"]
    row = next(r["row"] for r in rows if r["row"]["entity"] == f"blob/{COUNTY}-{digest(content)}")
    measured = {name: row["fields"][name]["v"] for name in ("size_bytes", "media_type")}
    assert measured == {"size_bytes": len(content), "media_type": "image/jpeg"}
    assert flagged["cause"] == row["created"]["op"]
    log_holds(service)


def test_a_record_that_comes_after_the_original_is_flagged_at_once(service: Service) -> None:
    phone, content = planned(service), photo()
    shot(service, phone, content)
    assert service.upload("inspector", content).status_code == 201
    assert shot(service, phone, content, size_bytes=5)["ruling"]["flags"] == [FLAG]
    assert shot(service, phone, content)["ruling"]["flags"] == []
    log_holds(service)


def test_a_record_that_waits_is_flagged_when_it_is_decided(service: Service) -> None:
    phone, content = planned(service), photo()
    phone.capture("enterprise.add", COUNTY, ENTERPRISE | {"enterprise": "e2"}, ())
    late = phone.outbox.pop()
    true = {"sha256": digest(content), "size_bytes": 5, "media_type": "image/jpeg"}
    body = {"photo": "p9", "inspection": "i1", "purpose": "scene", "source": "camera"}
    phone.capture("photo.add", COUNTY, body | {"captured_at_ms": 1, "blob": true}, (late.id,))
    item = phone.push()[0]
    assert item["ruling"]["code"] == "dep_missing"
    assert service.upload("inspector", content).status_code == 201
    assert ruling(service, item)["code"] == "dep_missing"
    phone.outbox.append(late)
    phone.push()
    assert (ruling(service, item)["outcome"], ruling(service, item)["flags"]) == ("applied", [FLAG])
    log_holds(service)
