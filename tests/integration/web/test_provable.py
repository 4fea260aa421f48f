"""What a person can prove from replies alone: later rulings, the service's own word, the log's key.

Everything here is checked as a phone would: with the texts of the replies, the genesis and the
newest checkpoint; nothing is looked up in the service.
"""

import json
from typing import Any

from sync_protocol import canonical, epochs, leaves, merkle
from sync_protocol.admission import admit
from sync_protocol.keys import PublicKeyInfo
from sync_protocol.note import open_checkpoint, parse_verifier_key
from sync_protocol.ops import Op
from tests.support.service import COUNTY, Service, digest, photo

Item = dict[str, Any]
ENTERPRISE = {"enterprise": "e1", "name": "矿", "trade": "mine", "address": "虚构路1号"}


def in_the_log(service: Service, index: int, record: str) -> bool:
    """Say whether a leaf's text stands at its index in the tree that the log signed last."""
    key = parse_verifier_key(service.ask(None, "GET", "/deployment").json["log_key"])
    head = open_checkpoint(service.ask(None, "GET", "/log/checkpoint").text, key)
    hashes = service.ask(None, "GET", f"/log/proof/{index}?size={head.size}").json["hashes"]
    proof = [bytes.fromhex(one) for one in hashes]
    return merkle.verify_inclusion(leaves.leaf_hash(record), index, head.size, proof, head.root)


def signed_by(entry: Item, key: PublicKeyInfo) -> bool:
    """Say whether an entry is the op that it says, signed by this key, body included."""
    wire = {name: entry[name] for name in ("header", "body", "salt", "sig")}
    deployment = json.loads(entry["header"])["deployment"]
    op = admit(wire, deployment, lambda _chain: key)
    return isinstance(op, Op) and op.id == entry["op"]


def waited_for(service: Service) -> tuple[Item, list[Item]]:
    """Push an edit before the record it edits; return its item and its author's feed."""
    phone = service.confirmed_phone("inspector")
    added = phone.capture("enterprise.add", COUNTY, ENTERPRISE, ())
    change = {"field": "name", "value": "煤矿", "replaces": [added.id]}
    body = {"enterprise": "e1", "changes": [change]}
    phone.capture("enterprise.edit", COUNTY, body, (added.id,))
    held_back = phone.outbox.pop(0)
    item = phone.push()[0]
    phone.outbox.append(held_back)
    phone.push()
    feed = service.ask("inspector", "GET", f"/chains/{phone.chain}/rulings").json["rulings"]
    return item, feed


def test_an_author_proves_that_a_record_was_accepted_after_it_had_waited(service: Service) -> None:
    item, feed = waited_for(service)
    assert item["ruling"]["code"] == "dep_missing"
    ruling = next(one for one in feed if one["op"] == item["op"])
    said = canonical.decode(ruling["leaf"].encode())
    assert (said["t"], said["op"], said["outcome"]) == ("ruling", item["op"], "applied")
    assert {said[name] for name in ("code", "cause")} == {ruling["code"], ruling["cause"]}
    assert ruling["origin"] == item["receipt"]["origin"]
    assert in_the_log(service, ruling["index"], ruling["leaf"])
    assert not in_the_log(service, ruling["index"], ruling["leaf"].replace("applied", "refused"))
    shown = service.ask("inspector", "GET", f"/ops/{item['op']}").json["ruling"]
    assert shown | {"op": item["op"]} == ruling


def test_a_ruling_in_the_receipts_own_leaf_repeats_no_text(service: Service) -> None:
    _, feed = waited_for(service)
    in_receipt = [one for one in feed if "leaf" not in one]
    assert len(in_receipt) == 2, "the enrolment and the enterprise; the edit waited"
    entry = service.ask("inspector", "GET", f"/ops/{in_receipt[0]['op']}").json
    assert entry["ruling"]["index"] == entry["receipt"]["index"]
    assert "origin" not in entry["ruling"]


def test_an_inspector_proves_that_their_photo_was_verified(service: Service) -> None:
    phone = service.confirmed_phone("inspector")
    content = photo()
    ref = phone.attach(COUNTY, content, "image/jpeg")
    plan = {"inspection": "i1", "enterprise": "e1", "date": "2026-09-21", "content": "例行检查"}
    phone.capture("enterprise.add", COUNTY, ENTERPRISE, ())
    body = plan | {"officers": ["inspector", "colleague"]}
    phone.capture("inspection.plan", COUNTY, body, ())
    shot = {"photo": "p1", "inspection": "i1", "purpose": "scene", "source": "camera"}
    phone.capture("photo.add", COUNTY, shot | {"captured_at_ms": 1, "blob": ref}, ())
    phone.push()
    phone.upload(set())
    rows = service.ask("inspector", "GET", f"/spaces/{COUNTY}/rows").json["rows"]
    blob = next(r["row"] for r in rows if r["row"]["entity"] == f"blob/{COUNTY}-{digest(content)}")

    genesis = service.ask(None, "GET", "/log/genesis").json
    key = PublicKeyInfo(**json.loads(genesis["body"])["public_key"])
    entry = service.ask("inspector", "GET", f"/ops/{blob['created']['op']}").json
    assert signed_by(entry, key)
    assert json.loads(entry["body"])["size_bytes"] == len(content)
    assert in_the_log(service, entry["receipt"]["index"], entry["receipt"]["leaf"])
    assert not signed_by(entry | {"body": entry["body"].replace("jpeg", "webp")}, key)
    for login, status in (("colleague", 200), ("stranger", 403), ("administrator", 200)):
        assert service.ask(login, "GET", f"/ops/{entry['op']}").status_code == status, login


def test_the_genesis_names_the_key_that_the_service_gives_out(service: Service) -> None:
    genesis = service.ask(None, "GET", "/log/genesis").json
    body = json.loads(genesis["body"])
    given = service.ask(None, "GET", "/deployment").json
    assert body["log_key"] == given["log_key"]
    assert given["origin"] == epochs.origin(given["deployment"], 1) == genesis["receipt"]["origin"]
    assert genesis["receipt"]["index"] == 0
    assert signed_by(genesis, PublicKeyInfo(**body["public_key"]))
    assert in_the_log(service, 0, genesis["receipt"]["leaf"])


def test_one_sees_that_the_log_continues_before_signing_in(service: Service) -> None:
    key = parse_verifier_key(service.ask(None, "GET", "/deployment").json["log_key"])
    old = open_checkpoint(service.ask(None, "GET", "/log/checkpoint").text, key)
    service.confirmed_phone("inspector")
    new = open_checkpoint(service.ask(None, "GET", "/log/checkpoint").text, key)
    reply = service.ask(None, "GET", f"/log/consistency?from={old.size}&size={new.size}")
    proof = [bytes.fromhex(one) for one in reply.json["hashes"]]
    assert new.size > old.size
    assert merkle.verify_consistency(old.size, new.size, old.root, new.root, proof)


def test_an_entry_says_since_when_it_can_exist_wherever_it_is_shown(service: Service) -> None:
    phone = service.confirmed_phone("inspector")
    phone.capture("enterprise.add", COUNTY, ENTERPRISE, ())
    op = phone.push()[0]["op"]
    entry = service.ask("inspector", "GET", f"/ops/{op}").json
    timeline = service.ask("inspector", "GET", "/entities/enterprise/e1/timeline").json["entries"]
    assert entry["seen_at_ms"] == timeline[0]["seen_at_ms"] <= entry["server_at_ms"]
