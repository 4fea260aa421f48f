"""The rehearsal: phones at work, a backup, more work, a disaster, a restore, phones come back."""

import json
from typing import Any

from sync_protocol.note import parse_checkpoint
from tests.integration.restore.conftest import Site
from tests.support.held import Holder, Kept, log_key
from tests.support.service import COUNTY, digest, photo

CLEAN = (
    (("verify",), "the log and everything it names verify: "),
    (("rebuild", "--check"), "the state equals the log"),
)


def works(name: str) -> dict[str, str]:
    return {"enterprise": name, "name": name, "trade": "mine", "address": "示例路1号"}


def edited(op: str, value: str) -> dict[str, Any]:
    change = {"field": "name", "value": value, "replaces": [op]}
    return {"enterprise": "first", "changes": [change]}


def backed_up_then_more_work(site: Site, early: Holder, late: Holder, boss: Holder) -> list[Kept]:
    """Back up, then do what the backup will lack; return what `late` was vouched by."""
    site.back_up()
    late.enrol()
    boss.confirmed()
    state = {"base": late.phone.chain, "from": "pending", "compared_code": late.pairing_code()}
    boss.write("chain.countersign", {"target": late.phone.chain} | state)
    boss.send()
    late.write("enterprise.add", works("second"))
    first = early.kept[-1].op.id
    early.write("enterprise.edit", edited(first, "新名"), deps=(first,))
    late.write("enterprise.edit", edited(first, "另一名"), deps=(first,))
    early.send()
    assert late.send()[-1]["ruling"]["outcome"] == "conflict"
    vouchers = late.vouchers()
    assert [one.op.kind for one in vouchers] == [
        *("chain.enrol", "chain.enrol", "chain.countersign", "chain.countersign")
    ]  # this phone and the supervisor's, the confirmation of that by the system, and that of this
    return vouchers


def assert_restored_by_commands(site: Site, kept_size: int, lost: int) -> None:
    """Say that every command but `restore` refuses the backup, and what they say after it."""
    refused = site.liuhen("verify")
    assert refused.returncode == 1
    assert "checkpoint_file latest: ahead" in refused.stdout
    refused = site.liuhen("user", "list")
    assert (refused.returncode, "liuhen restore" in refused.stderr) == (2, True)
    said = site.well("restore", "--reason", "磁盘损坏")
    assert f"restored: {kept_size} leaves; lost: {lost} leaves" in said
    for arguments, expected in CLEAN:
        (line,) = site.well(*arguments)
        assert line.startswith(expected)
    again = site.liuhen("restore")
    assert (again.returncode, "nothing was lost" in again.stderr) == (2, True)


def assert_announced(site: Site, old_head: str, kept_size: int) -> None:
    """Say that the new epoch names the old head and the gap as its first leaf."""
    deployment = site.service.ask(None, "GET", "/deployment").json
    assert deployment["origin"] == "liuhen/demo-city/2"
    opened = site.service.ask(None, "GET", "/log/epochs").json["epochs"]
    assert [entry["receipt"]["index"] for entry in opened] == [kept_size]
    told, head = json.loads(opened[0]["body"]), parse_checkpoint(old_head)
    assert (told["old_size"], told["old_root"]) == (head.size, head.root.hex())
    assert (told["size"], told["reason"]) == (kept_size, "磁盘损坏")


def test_nothing_that_a_phone_still_holds_is_lost(site: Site) -> None:
    service = site.service
    early, late = Holder(service, "inspector").confirmed(), Holder(service, "colleague")
    boss = Holder(service, "supervisor")
    early.write("enterprise.add", works("first"))
    early.send()
    kept_size = parse_checkpoint(early.head()).size
    vouchers = backed_up_then_more_work(site, early, late, boss)
    first, edit = early.kept[-2], early.kept[-1].op
    unsent = late.write("enterprise.add", works("third"))  # captured before the disaster is known
    old_head = early.head()
    site.lose()
    assert_restored_by_commands(site, kept_size, parse_checkpoint(old_head).size - kept_size)
    service.open()
    assert_announced(site, old_head, kept_size)

    # The later of the two comes back first, with what makes its own phone valid.
    late.meet_the_new_epoch()
    late.write("enterprise.add", works("fourth"))
    once = {one.op.id: one for one in [*vouchers, *late.lost(kept_size)]}
    back = sorted(once.values(), key=lambda one: int(one.receipt["index"]))
    items = late.hand_back(back)
    assert [item["was"]["index"] for item in items] == [one.receipt["index"] for one in back]
    assert {item["ruling"]["outcome"] for item in items} == {"applied"}  # no conflict, yet
    assert [item["ruling"]["flags"] for item in items] == [[]] * len(items)
    sent = late.send()
    assert [item["ruling"]["outcome"] for item in sent] == ["applied", "applied"]
    assert (sent[0]["op"], sent[0]["ruling"]["flags"]) == (unsent.id, ["checkpoint_lost"])
    early.meet_the_new_epoch()
    changed = early.hand_back(early.lost(kept_size))
    assert [(item["op"], item["ruling"]["outcome"]) for item in changed] == [(edit.id, "conflict")]
    boss.meet_the_new_epoch()
    assert all(item["duplicate"] for item in boss.hand_back(boss.lost(kept_size)))

    # Everything is there, each says where it was, and what was proven then is proven still.
    story = service.ask("inspector", "GET", "/entities/enterprise/first/timeline").json
    entries = story["entries"][::-1]
    leaves = [json.loads(entry["receipt"]["leaf"]) for entry in entries]
    held = [*early.kept, *late.kept, *boss.kept, *vouchers]
    was = {one.op.id: one.receipt["index"] for one in held}
    assert [(leaf.get("was") or {}).get("index") for leaf in leaves] == [
        *(None, was[entries[1]["op"]], was[entries[2]["op"]])
    ]
    assert [entry["receipt"]["origin"][-1] for entry in entries] == ["1", "2", "2"]
    for name in ("second", "third", "fourth"):
        assert service.ask("inspector", "GET", f"/entities/enterprise/{name}/timeline").json
    key = log_key(service, old_head).key
    assert all(one.proves(key) for one in held if one.receipt["origin"] == key.name)
    pushed = service.ask("inspector", "POST", "/ops", json=[first.op.wire()]).json["items"][0]
    assert (pushed["duplicate"], pushed["receipt"]) == (True, first.receipt)
    site.assert_clean()


def test_originals_that_the_restored_store_lacks_are_asked_for_again(site: Site) -> None:
    service, content = site.service, photo()
    phone = Holder(service, "inspector").confirmed()
    assert service.upload("inspector", content).status_code == 201
    ref = {"sha256": digest(content), "size_bytes": len(content), "media_type": "image/jpeg"}
    phone.write("photo.add", {"photo": "p1", "inspection": "i1", "purpose": "scene",
                              "source": "camera", "captured_at_ms": 0, "blob": ref})  # fmt: skip
    phone.send()
    site.back_up()
    phone.write("enterprise.add", works("later"))
    phone.send()
    site.lose()
    next((service.folder / "blobs").rglob(digest(content))).unlink()
    assert "originals to be asked for again: 1" in site.well("restore")
    service.open()
    asked = f"/spaces/{COUNTY}/blobs/missing"
    said = {"sha256": [digest(content)]}
    assert service.ask("inspector", "POST", asked, json=said).json == {"missing": said["sha256"]}
    assert service.upload("inspector", content).status_code == 201
    assert service.ask("inspector", "POST", asked, json=said).json == {"missing": []}
    site.assert_clean()
