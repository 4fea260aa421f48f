"""What phones still hold, and the drain certificate: true only while phone and log agree."""

from typing import Any

import pytest

from server.cli.demo.phone import Phone
from tests.support.service import COUNTY, OTHER_COUNTY, Service, digest, photo

ENTERPRISE = {"enterprise": "e1", "name": "矿", "trade": "mine", "address": "x"}


def said(phone: Phone, **more: Any) -> dict[str, Any]:
    """What a phone reports that holds nothing but what it says."""
    plain = {"unsent_ops": 0, "given_up": [], "originals": [], "originals_more": 0}
    seq, op = phone.head
    head = {"head_seq": seq, "head_op": op}
    return head | plain | {"originals_bytes": 0, "device_ms": -5} | more


def report(service: Service, phone: Phone, **more: Any) -> dict[str, Any]:
    reply = service.ask(
        "inspector", "PUT", f"/chains/{phone.chain}/inventory", json=said(phone, **more)
    )
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json
    return found


def seen_by_supervisor(service: Service, chain: str) -> dict[str, Any]:
    reply = service.ask("supervisor", "GET", f"/spaces/{COUNTY}/devices")
    assert reply.status_code == 200, reply.text
    return next(one for one in reply.json["devices"] if one["chain"] == chain)


@pytest.fixture
def phone(service: Service) -> Phone:
    return service.confirmed_phone("inspector")


def capture_enterprise(phone: Phone, name: str = "e1") -> Any:
    return phone.capture("enterprise.add", COUNTY, ENTERPRISE | {"enterprise": name}, ())


def announcing(phone: Phone, content: bytes) -> Any:
    """An operation that names an original; that it is refused does not matter."""
    ref = {"sha256": digest(content), "size_bytes": len(content), "media_type": "image/jpeg"}
    signed = [{"signer": "officer", "name": "甲", "image": ref}]
    body = {"inspection": "i1", "base": phone.chain, "from": "in_progress", "rendering": ref}
    lists = {"recorded": [], "findings": [], "signatures": signed}
    return phone.capture("inspection.sign", COUNTY, body | lists, ())


def test_before_a_phone_has_said_anything_nothing_is_certified(
    service: Service, phone: Phone
) -> None:
    entry = seen_by_supervisor(service, phone.chain)
    assert (entry["drained"], entry["gaps"], "report" in entry) == (False, [], False)
    assert (entry["person"], entry["state"], entry["head_op"]) == (
        "inspector", "active", phone.chain,
    )  # fmt: skip


def test_what_a_phone_holds_is_seen_before_it_arrives_and_certified_when_it_has(
    service: Service, phone: Phone
) -> None:
    content = photo()
    announcing(phone, content)
    held = [{"space": COUNTY, "sha256": digest(content), "size_bytes": len(content)}]
    entry = report(service, phone, unsent_ops=1, originals=held, originals_bytes=len(content))
    assert (entry["drained"], entry["gaps"], entry["originals_out"]) == (False, [[1, 1]], 1)
    shown = seen_by_supervisor(service, phone.chain)
    assert shown["report"]["originals_bytes"] == len(content)
    assert shown["report"]["unsent_ops"] == 1

    phone.push()
    assert report(service, phone, originals=held)["originals_out"] == 1
    assert not report(service, phone)["drained"], "the log knows of the photo by itself"
    service.upload("inspector", content)
    service.clock.move(seconds=60)
    entry = report(service, phone)
    assert (entry["drained"], entry["drained_at_ms"]) == (True, service.clock.now_ms())
    since = entry["drained_at_ms"]
    service.clock.move(hours=1)
    assert report(service, phone)["drained_at_ms"] == since
    assert seen_by_supervisor(service, phone.chain)["drained_at_ms"] == since


def test_a_certificate_is_false_as_soon_as_it_is_not_true(service: Service, phone: Phone) -> None:
    assert report(service, phone)["drained"]
    capture_enterprise(phone)
    phone.push()  # by a colleague's phone, say: this one has not reported since
    assert not seen_by_supervisor(service, phone.chain)["drained"]
    assert report(service, phone)["drained"]
    capture_enterprise(phone, "e2")
    entry = report(service, phone, unsent_ops=1)
    assert (entry["drained"], entry["drained_at_ms"], entry["gaps"]) == (False, 0, [[2, 2]])
    held = {"space": COUNTY, "sha256": "a" * 64, "size_bytes": 7}
    phone.push()
    assert report(service, phone)["drained"]
    assert not report(service, phone, originals=[held])["drained"]
    assert not report(service, phone, originals_more=3)["drained"]


def test_missing_numbers_are_ranges_and_what_was_given_up_is_no_gap(
    service: Service, phone: Phone
) -> None:
    for number in range(1, 7):
        capture_enterprise(phone, f"e{number}")
    first, second, third, fourth, *_, last = (op.wire() for op in phone.outbox)
    token = {"Authorization": f"Bearer {service.token('inspector')}"}
    reply = service.client.post("/api/v1/ops", json=[second, last], headers=token)
    assert [item["status"] for item in reply.json["items"]] == ["admitted"] * 2
    assert report(service, phone)["gaps"] == [[1, 1], [3, 5]]
    service.client.post("/api/v1/ops", json=[third, fourth], headers=token)
    assert report(service, phone)["gaps"] == [[1, 1], [5, 5]]
    assert not report(service, phone, given_up=[1])["drained"]
    assert report(service, phone, given_up=[1, 5])["drained"]
    service.client.post("/api/v1/ops", json=[first], headers=token)
    assert report(service, phone)["gaps"] == [[5, 5]]


def test_a_head_the_log_does_not_have_is_no_drained_phone(service: Service, phone: Phone) -> None:
    assert report(service, phone)["drained"]
    assert not report(service, phone, head_op="b" * 64)["drained"]
    assert not report(service, phone, head_seq=9)["drained"]
    assert report(service, phone, head_seq=1, given_up=[1])["drained"]


@pytest.mark.parametrize(
    ("login", "status"),
    [
        ("inspector", 200),
        ("colleague", 403),
        ("supervisor", 403),
        ("foreign-supervisor", 403),
        ("administrator", 403),
    ],
)
def test_a_phone_reports_only_its_own_chain(
    service: Service, phone: Phone, login: str, status: int
) -> None:
    reply = service.ask(login, "PUT", f"/chains/{phone.chain}/inventory", json=said(phone))
    assert reply.status_code == status


@pytest.mark.parametrize(
    ("login", "space", "status"),
    [
        ("supervisor", COUNTY, 200),
        ("supervisor", OTHER_COUNTY, 403),
        ("foreign-supervisor", COUNTY, 403),
        ("inspector", COUNTY, 403),
        ("administrator", COUNTY, 403),
    ],
)
def test_what_is_in_the_field_is_for_the_supervisors_of_the_space(
    service: Service, login: str, space: str, status: int
) -> None:
    assert service.ask(login, "GET", f"/spaces/{space}/devices").status_code == status


@pytest.mark.parametrize(
    ("member", "value", "field"),
    [
        ("head_seq", -1, "head_seq"),
        ("head_seq", True, "head_seq"),
        ("head_seq", "3", "head_seq"),
        ("head_op", "x", "head_op"),
        ("unsent_ops", 2_000_000, "unsent_ops"),
        ("given_up", [0] * 201, "given_up"),
        ("given_up", ["0"], "given_up.0"),
        ("originals", [{"space": COUNTY, "sha256": "a" * 64}], "originals.0.size_bytes"),
        ("originals", [{"space": COUNTY, "sha256": "a" * 64, "size_bytes": 0}],
         "originals.0.size_bytes"),
        ("originals", [{"space": COUNTY, "sha256": "a" * 64, "size_bytes": 1}] * 401, "originals"),
        ("device_ms", 2**60, "device_ms"),
        ("more", 1, "more"),
    ],
)  # fmt: skip
def test_a_bad_report_is_refused_by_field_and_changes_nothing(
    service: Service, phone: Phone, member: str, value: object, field: str
) -> None:
    report(service, phone)
    wrong = said(phone) | {member: value}
    reply = service.ask("inspector", "PUT", f"/chains/{phone.chain}/inventory", json=wrong)
    assert (reply.status_code, reply.json["code"], reply.json["field"]) == (
        422, "invalid_field", field,
    )  # fmt: skip
    assert seen_by_supervisor(service, phone.chain)["drained"]
