"""Handing back: revocations stay in force, nothing is cited that is not proven, bad input."""

from typing import Any

from server.services import accounts, queries, system
from tests.integration.restore.conftest import Site
from tests.support.held import Holder
from tests.support.service import COUNTY, PASSWORD

WORKS = {"name": "厂", "trade": "mine", "address": "示例路1号"}


def works(phone: Holder, name: str) -> dict[str, Any]:
    phone.write("enterprise.add", WORKS | {"enterprise": name})
    return phone.send()[-1]


def revoke(boss: Holder, chain: str, base: str, state: str = "active") -> None:
    body = {"target": chain, "base": base, "from": state, "cause": "for_cause", "reason": "遗失"}
    boss.write("chain.revoke", body, deps=(chain, base))
    assert boss.send()[-1]["ruling"]["outcome"] == "applied"


def state_of(site: Site, chain: str) -> dict[str, str]:
    with site.service.app.app_context():
        row = queries.row(site.service.runtime, f"chain/{chain}")
    assert row is not None
    state: dict[str, str] = row["states"]["chain"]
    return state


def test_a_revocation_made_after_the_backup_is_in_force_before_anybody_is_served(
    site: Site,
) -> None:
    boss, thief = (Holder(site.service, who).confirmed() for who in ("supervisor", "inspector"))
    site.back_up()
    state = state_of(site, thief.phone.chain)
    revoke(boss, thief.phone.chain, state["op"])
    assert f"  chain/{thief.phone.chain}" in site.restore()
    assert state_of(site, thief.phone.chain)["s"] == "revoked"
    thief.phone.client, thief.phone._session = site.service.client, {}
    ruling = works(thief, "stolen")["ruling"]
    assert (ruling["outcome"], ruling["code"]) == ("quarantined", "chain_revoked_unseen")
    assert all(item["duplicate"] for item in boss.hand_back(boss.kept[-1:]))
    site.assert_clean()


def test_a_revoked_phone_that_the_backup_does_not_know_stays_out_when_it_comes_back(
    site: Site,
) -> None:
    """Neither with a batch that brings enrolment, confirmation and new work at once."""
    boss = Holder(site.service, "supervisor").confirmed()
    site.back_up()
    thief = Holder(site.service, "inspector").confirmed()
    vouchers = thief.vouchers()
    works(thief, "honest")
    late = thief.write("enterprise.add", WORKS | {"enterprise": "late"})
    revoke(boss, thief.phone.chain, state_of(site, thief.phone.chain)["op"])
    site.restore()
    kept_size = site.service.ask(None, "GET", "/log/epochs").json["epochs"][0]["index"]
    thief.meet_the_new_epoch()
    items = thief.hand_back([*thief.lost(kept_size)[:1], *vouchers, *thief.lost(kept_size)[1:]])
    assert [item["ruling"]["outcome"] for item in items[:2]] == ["applied", "applied"]
    assert state_of(site, thief.phone.chain)["s"] == "revoked"
    assert (items[2]["ruling"]["outcome"], items[2]["was"]["outcome"]) == ("applied", "applied")
    unproven = thief.send()[-1]
    assert (unproven["op"], unproven["ruling"]["code"]) == (late.id, "chain_revoked_unseen")
    site.assert_clean()


def test_what_was_quarantined_before_a_restore_is_so_after_it(site: Site) -> None:
    boss, thief = (Holder(site.service, who).confirmed() for who in ("supervisor", "inspector"))
    site.back_up()
    works(thief, "honest")
    thief.write("enterprise.add", WORKS | {"enterprise": "late"})
    revoke(boss, thief.phone.chain, state_of(site, thief.phone.chain)["op"])
    assert thief.send()[-1]["ruling"]["code"] == "chain_revoked_unseen"
    site.restore()
    kept_size = site.service.ask(None, "GET", "/log/epochs").json["epochs"][0]["index"]
    thief.meet_the_new_epoch()
    items = thief.hand_back(thief.lost(kept_size))
    assert [(item["ruling"]["outcome"], item["was"]["outcome"]) for item in items] == [
        *(("applied", "applied"), ("quarantined", "quarantined"))
    ]
    site.assert_clean()


def test_what_took_effect_before_a_restore_does_so_too_when_it_has_to_wait_again(
    site: Site,
) -> None:
    """Its phone was revoked in between, and what it needs comes after it."""
    boss, thief = (Holder(site.service, who).confirmed() for who in ("supervisor", "inspector"))
    site.back_up()
    works(thief, "first")
    change = {"field": "name", "value": "新名", "replaces": [thief.kept[-1].op.id]}
    body = {"enterprise": "first", "changes": [change]}
    thief.write("enterprise.edit", body, deps=(thief.kept[-1].op.id,))
    assert thief.send()[-1]["ruling"]["outcome"] == "applied"
    revoke(boss, thief.phone.chain, state_of(site, thief.phone.chain)["op"])
    site.restore()
    kept_size = site.service.ask(None, "GET", "/log/epochs").json["epochs"][0]["index"]
    thief.meet_the_new_epoch()
    made, edit = thief.lost(kept_size)
    assert thief.hand_back([edit])[0]["ruling"]["code"] == "dep_missing"
    assert thief.hand_back([made])[0]["ruling"]["outcome"] == "applied"
    again = site.service.ask("supervisor", "GET", f"/ops/{edit.op.id}").json["ruling"]
    assert again["outcome"] == "applied"
    site.assert_clean()


def test_a_revocation_whose_author_the_backup_does_not_know_is_the_systems(site: Site) -> None:
    thief = Holder(site.service, "inspector").confirmed()
    site.back_up()
    boss = Holder(site.service, "supervisor").confirmed()
    revoke(boss, thief.phone.chain, state_of(site, thief.phone.chain)["op"])
    site.restore()
    assert state_of(site, thief.phone.chain)["by"] == "system"
    site.service.close()
    site.service.open()  # a second start applies nothing twice
    assert state_of(site, thief.phone.chain)["s"] == "revoked"
    boss.meet_the_new_epoch()
    kept_size = site.service.ask(None, "GET", "/log/epochs").json["epochs"][0]["index"]
    back = boss.hand_back(boss.lost(kept_size))
    assert back[0]["ruling"]["outcome"] == "applied"  # its enrolment; its confirmation is lost
    site.assert_clean()


def test_a_deactivated_person_stays_deactivated(site: Site) -> None:
    site.back_up()
    with site.service.app.app_context():
        row = queries.row(site.service.runtime, "person/inspector")
        assert row is not None
        base = {"person": "inspector", "base": row["states"]["person"]["op"], "from": "active"}
        system.append(site.service.runtime, "person.deactivate", base | {"reason": "调离"})
    assert "  person/inspector" in site.restore()
    with site.service.app.app_context():
        row = queries.row(site.service.runtime, "person/inspector")
    assert row is not None
    assert row["states"]["person"]["s"] == "deactivated"
    site.assert_clean()


def test_sessions_begun_before_the_backup_do_not_come_back_to_life(site: Site) -> None:
    token = site.service.token("inspector")
    site.back_up()
    phone = Holder(site.service, "inspector").confirmed()
    works(phone, "lost")
    site.restore()
    headers = {"Authorization": f"Bearer {token}"}
    assert site.service.client.get("/api/v1/session", headers=headers).status_code == 401


def test_whoever_the_restored_log_does_not_know_is_not_refused_for_good(site: Site) -> None:
    service = site.service
    site.back_up()
    person = {"person": "newcomer", "name": "新人", "bureau": COUNTY, "role": "inspector"}
    with service.app.app_context():
        system.append(service.runtime, "person.add", person)
        accounts.create_account(service.runtime, "newcomer", PASSWORD, "newcomer")
    phone = Holder(service, "inspector")
    phone.phone.person = phone.phone.person | {"id": "newcomer"}
    enrolment = phone.phone.enrolment()
    item = service.ask("newcomer", "POST", "/ops", json=[enrolment.wire()]).json["items"][0]
    phone._keep(enrolment, item, phone.head())
    site.restore()
    [rejected] = phone.hand_back(phone.kept)
    assert rejected == {"op": enrolment.id, "status": "rejected", "code": "author_unknown"}
    with service.app.app_context():
        system.append(service.runtime, "person.add", person)
    [back] = phone.hand_back(phone.kept)  # carried by the inspector's session
    assert (back["ruling"]["outcome"], back["was"]["origin"][-1]) == ("applied", "1")
    site.assert_clean()


def test_only_a_proven_leaf_is_cited_and_only_a_proven_enrolment_is_carried(site: Site) -> None:
    service = site.service
    phone = Holder(service, "inspector").confirmed()
    site.back_up()
    works(phone, "lost")
    other = Holder(service, "colleague")
    other.enrol()
    site.restore()
    kept_size = service.ask(None, "GET", "/log/epochs").json["epochs"][0]["index"]
    [lost], [enrolment] = phone.lost(kept_size), other.lost(kept_size)
    stranger = phone.kept[0]
    false = {
        "another op's receipt": lost.wire() | {"receipt": stranger.receipt},
        "another index": lost.wire() | {"receipt": lost.receipt | {"index": 0}},
        "another proof": lost.wire() | {"hashes": stranger.hashes},
        "no hash": lost.wire() | {"hashes": ["no hash"]},
        "no note": lost.wire() | {"checkpoint": "no note"},
        "an epoch it was not": lost.wire()
        | {"receipt": lost.receipt | {"origin": "liuhen/demo-city/2"}},
        "a leaf that is none": lost.wire() | {"receipt": lost.receipt | {"leaf": "{}"}},
    }
    borrowed = enrolment.wire() | {"receipt": stranger.receipt, "hashes": stranger.hashes}
    reply = service.ask("inspector", "POST", "/handbacks", json=[borrowed])
    assert reply.json["items"][0]["code"] == "enrolment_person"
    for name, item in false.items():
        reply = service.ask("inspector", "POST", "/handbacks", json=[item]).json
        assert "was" not in reply["items"][0], name
        assert reply["items"][0]["status"] == "admitted", name
    carried = service.ask("inspector", "POST", "/handbacks", json=[enrolment.wire()]).json["items"]
    assert (carried[0]["status"], carried[0]["was"]) == (
        "admitted",
        {name: enrolment.receipt[name] for name in ("index", "origin")} | {"outcome": "applied"},
    )
    site.assert_clean()


def test_who_carried_records_brings_back_what_makes_their_chain_valid(site: Site) -> None:
    """Their author's phone is gone, too."""
    service = site.service
    carrier = Holder(service, "colleague").confirmed()
    site.back_up()
    lost_phone = Holder(service, "inspector").confirmed()
    chain = lost_phone.phone.chain
    works(lost_phone, "carried")
    kept = [*carrier.vouchers(chain), lost_phone.kept[-1]]
    assert [one.op.kind for one in kept[:2]] == ["chain.enrol", "chain.countersign"]
    site.restore()
    carrier.meet_the_new_epoch()
    assert service.ask("colleague", "GET", f"/chains/{chain}/vouchers").status_code == 404
    assert carrier.hand_back(kept[2:])[0]["code"] == "chain_unknown"
    items = carrier.hand_back(kept)
    assert [item["ruling"]["outcome"] for item in items] == ["applied"] * 3
    assert state_of(site, chain)["s"] == "active"
    site.assert_clean()


def test_what_was_handed_over_with_records_admits_them_when_the_service_lost_their_chain(
    site: Site,
) -> None:
    """Their carrier met no signal before the restore, and their author's phone is gone."""
    service = site.service
    carrier = Holder(service, "colleague").confirmed()
    site.back_up()
    boss = Holder(service, "supervisor").confirmed()
    lost_phone = Holder(service, "inspector")
    lost_phone.enrol()
    confirm(boss, lost_phone)
    handed_over = lost_phone.vouchers()
    record = lost_phone.write("enterprise.add", WORKS | {"enterprise": "carried"})
    site.restore()
    carrier.meet_the_new_epoch()
    push = [record.wire()]
    early = service.ask("colleague", "POST", "/ops", json=push).json["items"][0]
    assert (early["status"], early["code"]) == ("rejected", "chain_unknown")
    items = carrier.hand_back(handed_over)
    assert [item["ruling"]["outcome"] for item in items] == ["applied"] * 4
    item = service.ask("colleague", "POST", "/ops", json=push).json["items"][0]
    assert (item["ruling"]["outcome"], item["ruling"]["flags"]) == ("applied", ["checkpoint_lost"])
    site.assert_clean()


def confirm(boss: Holder, other: Holder) -> None:
    """Let a supervisor compare the codes and confirm a phone."""
    chain = other.phone.chain
    state = {"base": chain, "from": "pending", "compared_code": other.pairing_code()}
    boss.write("chain.countersign", {"target": chain} | state)
    assert boss.send()[-1]["ruling"]["outcome"] == "applied"


def test_who_confirmed_a_phone_vouches_for_it_when_their_own_is_ended(site: Site) -> None:
    """What was confirmed before stays so, and whoever holds it can still show it to its root."""
    other = Holder(site.service, "colleague").confirmed()
    boss, chief = Holder(site.service, "supervisor").confirmed(), Holder(site.service, "inspector")
    chief.enrol()
    confirm(boss, chief)
    before = [one.op.id for one in other.vouchers(chief.phone.chain)]
    assert len(before) == 4
    revoke(boss, boss.phone.chain, state_of(site, boss.phone.chain)["op"])
    assert [one.op.id for one in other.vouchers(chief.phone.chain)] == before


def test_what_outlived_one_restore_is_proven_after_the_next(site: Site) -> None:
    """It was received in the first epoch and proved in the second, which kept it."""
    service = site.service
    carrier = Holder(service, "colleague").confirmed()
    oldest = site.back_up()
    lost_phone = Holder(service, "inspector").confirmed()
    chain = lost_phone.phone.chain
    site.back_up()
    works(lost_phone, "lost")
    site.restore()
    carrier.meet_the_new_epoch()
    kept = carrier.vouchers(chain)
    assert [one.receipt["origin"][-1] for one in kept] == ["1", "1"]
    works(carrier, "more")
    site.lose(oldest)
    site.well("restore")
    service.open()
    carrier.meet_the_new_epoch()
    items = carrier.hand_back(kept)
    assert [item["status"] for item in items] == ["admitted", "admitted"]
    was = [(item["was"]["index"], item["was"]["origin"]) for item in items]
    assert was == [(one.receipt["index"], "liuhen/demo-city/2") for one in kept]
    site.assert_clean()


RECEIPT = b'"receipt":{"index":%s,"leaf":"","origin":""},"checkpoint":""'
BAD = [
    (b"[", 400, "malformed_json", ""),
    (b"{}", 422, "invalid_field", "body"),
    (b"[7]", 422, "invalid_field", "0"),
    (b'[{"op":{}}]', 422, "invalid_field", "0"),
    (b'[{"op":{},%s,"hashes":[]}]' % (RECEIPT % b'"1"'), 422, "invalid_field", "0.receipt.index"),
    (b'[{"op":{},%s,"hashes":[1]}]' % (RECEIPT % b"1"), 422, "invalid_field", "0.hashes.0"),
    (
        b'[{"op":{},%s,"hashes":[%s]}]' % (RECEIPT % b"1", b",".join([b'""'] * 65)),
        *(422, "invalid_field", "0.hashes"),
    ),
    (
        b"[%s]" % b",".join([b'{"op":{},%s,"hashes":[]}' % (RECEIPT % b"1")] * 201),
        *(413, "too_large", "body"),
    ),
]


def test_bad_input_gets_a_document_that_names_the_field(site: Site) -> None:
    for body, *expected in BAD:
        reply = site.service.ask(
            "inspector", "POST", "/handbacks", data=body, content_type="application/json"
        )
        found = [reply.status_code, reply.json["code"], reply.json.get("field", "")]
        assert found == expected, reply.text
    digests = f"/spaces/{COUNTY}/blobs/missing"
    for said in ({}, {"sha256": "x"}, {"sha256": ["x"]}, {"sha256": ["0" * 64] * 501}):
        reply = site.service.ask("inspector", "POST", digests, json=said)
        assert (reply.status_code, reply.json["code"]) == (422, "invalid_field"), said


def test_a_damaged_op_is_rejected_by_itself(site: Site) -> None:
    phone = Holder(site.service, "inspector").confirmed()
    items = [phone.kept[0].wire() | {"op": broken} for broken in (None, 7, {}, {"header": "x"})]
    reply = site.service.ask("inspector", "POST", "/handbacks", json=items)
    assert [one["code"] for one in reply.json["items"]] == ["op_malformed"] * 4
