"""A person who moves to another bureau, or whose account ends: phone, role and photos."""

from typing import Any

from server.cli.demo.phone import Phone
from sync_protocol.ops import Op
from tests.support.service import COUNTY, OTHER_COUNTY, Service, digest, photo

ORIGINAL = photo(colour="moved")


def assigned(service: Service, bureau: str, role: str = "inspector") -> None:
    """Let an administrator assign the inspector, from their own phone."""
    office = service.confirmed_phone("administrator")
    body = {"person": "inspector", "bureau": bureau, "role": role}
    office.capture("person.assign", "common", body, ())
    assert office.push()[0]["ruling"]["outcome"] == "applied"


def enterprise(phone: Phone, space: str, name: str = "works") -> Op:
    body = {"enterprise": name, "name": "厂", "trade": "mine", "address": "x"}
    return phone.capture("enterprise.add", space, body, ())


def ruling(phone: Phone, op: Op) -> tuple[str, str, list[str]]:
    said = {item["op"]: item["ruling"] for item in phone.push()}[op.id]
    return said["outcome"], said["code"], said["flags"]


def rows(service: Service, login: str, space: str) -> dict[str, Any]:
    lines = service.ask(login, "GET", f"/spaces/{space}/rows").json["rows"]
    return {line["row"]["entity"]: line["row"] for line in lines}


def test_a_phone_follows_its_person_and_goes_on_in_the_new_bureau(service: Service) -> None:
    phone = service.confirmed_phone("inspector")
    key = f"chain/{phone.chain}"
    assigned(service, OTHER_COUNTY)
    row = rows(service, "inspector", OTHER_COUNTY)[key]
    assert row["states"]["chain"]["s"] == "active"
    assert key not in rows(service, "supervisor", COUNTY)
    late = enterprise(phone, COUNTY)
    assert ruling(phone, late) == ("applied", "", ["revoked_by_transfer"])
    assert ruling(phone, enterprise(phone, OTHER_COUNTY, "there")) == ("applied", "", [])
    devices = service.ask("foreign-supervisor", "GET", f"/spaces/{OTHER_COUNTY}/devices").json
    assert phone.chain in {device["chain"] for device in devices["devices"]}

    boss = service.confirmed_phone("foreign-supervisor")
    state = row["states"]["chain"]
    told = {"target": phone.chain, "cause": "lost", "reason": "遗失", "from": "active"}
    ended = boss.capture("chain.revoke", OTHER_COUNTY, told | {"base": state["op"]}, ())
    assert ruling(boss, ended)[:2] == ("applied", "")


def test_a_record_counts_by_the_role_its_author_had_when_it_was_made(service: Service) -> None:
    phone = service.confirmed_phone("inspector")
    yes = dict.fromkeys(("id_shown", "rights_told", "recorder_on", "code_scanned"), True)
    enterprise(phone, COUNTY)
    phone.push()
    begun = phone.capture(
        "inspection.begin_on_site", COUNTY,
        {"inspection": "insp", "enterprise": "works", "date": "2026-09-21", "content": "例行",
         "officers": ["inspector", "colleague"], "arrived_at_ms": 1, "reason": "举报", **yes}, (),
    )  # fmt: skip
    assigned(service, COUNTY, "supervisor")
    assert ruling(phone, begun) == ("applied", "", ["licence_unproven", "role_changed"])
    again = phone.capture(
        "inspection.begin_on_site", COUNTY,
        {"inspection": "insp2", "enterprise": "works", "date": "2026-09-21", "content": "例行",
         "officers": ["inspector", "colleague"], "arrived_at_ms": 1, "reason": "举报", **yes}, (),
    )  # fmt: skip
    assert ruling(phone, again)[:2] == ("refused", "role_forbidden"), "it had seen the change"


def announced(phone: Phone) -> None:
    yes = dict.fromkeys(("id_shown", "rights_told", "recorder_on", "code_scanned"), True)
    enterprise(phone, COUNTY)
    phone.capture(
        "inspection.begin_on_site", COUNTY,
        {"inspection": "insp", "enterprise": "works", "date": "2026-09-21", "content": "例行",
         "officers": ["inspector", "colleague"], "arrived_at_ms": 1, "reason": "举报", **yes}, (),
    )  # fmt: skip
    ref = phone.attach(COUNTY, ORIGINAL, "image/jpeg")
    phone.capture(
        "photo.add", COUNTY,
        {"photo": "p", "inspection": "insp", "purpose": "scene", "source": "camera",
         "captured_at_ms": 1, "blob": ref}, (),
    )  # fmt: skip


def verified(service: Service, login: str, chain: str, space: str = COUNTY) -> tuple[int, Any]:
    said = {"space": space, "sha256": [digest(ORIGINAL), "00" * 32]}
    reply = service.ask(login, "POST", f"/chains/{chain}/originals", json=said)
    return reply.status_code, reply.json.get("verified", reply.json.get("code"))


def test_who_no_longer_reads_the_space_learns_that_their_original_is_verified(
    service: Service,
) -> None:
    phone = service.confirmed_phone("inspector")
    announced(phone)
    service.token("inspector")
    assigned(service, OTHER_COUNTY)
    phone.push()
    assert verified(service, "inspector", phone.chain) == (200, [])
    phone.upload(set())
    assert verified(service, "inspector", phone.chain) == (200, [digest(ORIGINAL)])
    assert verified(service, "inspector", phone.chain, OTHER_COUNTY) == (200, [])
    service.deactivate("inspector")
    assert verified(service, "inspector", phone.chain) == (200, [digest(ORIGINAL)])


def test_nobody_asks_about_anothers_originals(service: Service) -> None:
    phone = service.confirmed_phone("inspector")
    announced(phone)
    phone.push()
    phone.upload(set())
    for login in ("colleague", "stranger", "supervisor", "foreign-supervisor", "administrator"):
        assert verified(service, login, phone.chain) == (403, "forbidden")
    assert verified(service, "inspector", "00" * 32) == (404, "not_found")
    for field, said in (
        ("space", {"sha256": []}),
        ("space", {"space": "5309", "sha256": []}),
        ("sha256", {"space": COUNTY}),
        ("sha256", {"space": COUNTY, "sha256": ["00" * 32] * 501}),
        ("sha256.0", {"space": COUNTY, "sha256": ["00"]}),
        ("more", {"space": COUNTY, "sha256": [], "more": 1}),
    ):
        reply = service.ask("inspector", "POST", f"/chains/{phone.chain}/originals", json=said)
        assert (reply.status_code, reply.json["field"]) == (422, field), reply.text
