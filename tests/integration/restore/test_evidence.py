"""What stops a service that is behind what it signed, and what does not."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from server.services.rewind import RewoundError
from server.services.runtime import Runtime
from sync_protocol.note import Checkpoint, parse_checkpoint, sign_checkpoint
from tests.integration.restore.conftest import Site
from tests.support.held import Holder
from tests.support.service import Service

WORKS = {"name": "厂", "trade": "mine", "address": "示例路1号"}


def works(phone: Holder, name: str) -> None:
    phone.write("enterprise.add", WORKS | {"enterprise": name})
    phone.send()


def present(service: Service, note: str) -> Any:
    return service.ask("inspector", "POST", "/log/checkpoint", json={"checkpoint": note})


def signed_by(runtime: Runtime, origin: str, size: int, root: bytes = b"\x01" * 32) -> str:
    key = runtime.log_key(1)
    key = type(key)(origin, key.public_key)
    return sign_checkpoint(Checkpoint(origin, size, root), key, runtime.keys.sign_note)


def test_a_forged_checkpoint_changes_nothing(site: Site) -> None:
    service = site.service
    phone = Holder(service, "inspector").confirmed()
    head = phone.head()
    honest = present(service, head)
    assert (honest.status_code, honest.json) == (
        200, {"origin": "liuhen/demo-city/1", "size": parse_checkpoint(head).size},
    )  # fmt: skip
    good = signed_by(service.runtime, "liuhen/demo-city/1", 5000)
    other = signed_by(service.runtime, "liuhen/other-city/1", 5000)
    lines = good.split("\n")
    not_ascii = "\n".join([*lines[:2], "é" * 44, *lines[3:]])
    forged = [good.replace("\n5000\n", "\n6000\n"), other, "nothing", "\n" * 5, good[:-20] + "\n"]
    forged += [not_ascii, good.replace("— ", "— é"), "\x00" + good]
    for note in forged:
        reply = present(service, note)
        assert (reply.status_code, reply.json["code"]) == (422, "invalid_field"), note
        assert reply.json["field"] == "checkpoint"
    works(phone, "still-open")
    assert service.ask(None, "GET", "/readyz").status_code == 200
    assert not (service.folder / "checkpoint" / "rewound.txt").exists()


def test_a_checkpoint_somebody_saw_stops_a_service_that_lost_even_its_own(site: Site) -> None:
    """The worst disaster: the file outside the database was lost, too."""
    service = site.service
    phone = Holder(service, "inspector").confirmed()
    site.back_up()
    works(phone, "lost")
    seen = phone.head()
    site.lose()
    for path in (service.folder / "checkpoint").iterdir():
        path.unlink()
    service.open()
    phone.phone._session = {}
    works(phone, "second-history")  # nobody knows yet
    reply = present(service, seen)
    assert (reply.status_code, reply.json["code"]) == (503, "log_rewound")
    before = phone.head()
    op = phone.write("enterprise.add", WORKS | {"enterprise": "refused"})
    refused = service.ask("inspector", "POST", "/ops", json=[op.wire()])
    assert (refused.status_code, refused.json["code"]) == (503, "log_rewound")
    assert service.ask(None, "GET", "/readyz").json["detail"] == "Not ready: checkpoint"
    assert service.ask("inspector", "GET", "/entities/enterprise/lost/timeline").status_code == 404
    assert phone.head() == before  # reading goes on, nothing was signed
    service.close()
    assert site.liuhen("user", "list").returncode == 2
    assert "rewound: this log does not continue it" in site.liuhen("verify").stdout
    site.well("restore")
    service.open()
    site.assert_clean()
    service.tokens.clear()
    sent = service.ask("inspector", "POST", "/ops", json=[op.wire()])
    assert sent.json["items"][0]["ruling"]["outcome"] == "applied"
    assert present(service, seen).status_code == 200  # answered for by the new epoch


def test_a_better_backup_answers_the_evidence(site: Site) -> None:
    service = site.service
    phone = Holder(service, "inspector").confirmed()
    site.back_up()
    works(phone, "lost")
    full, seen = service.database_url, phone.head()
    site.lose()
    for path in (service.folder / "checkpoint").iterdir():
        path.unlink()
    service.open()
    assert present(service, seen).status_code == 503
    service.close()
    (service.folder / "checkpoint" / "latest.txt").unlink()
    service.database_url = full
    service.open()
    assert service.ask(None, "GET", "/readyz").status_code == 200
    site.assert_clean()


def test_a_witness_can_bring_a_checkpoint_the_files_lack(site: Site) -> None:
    service = site.service
    phone = Holder(service, "inspector").confirmed()
    site.back_up()
    works(phone, "lost")
    witness = service.folder / "witness.txt"
    witness.write_text(phone.head())
    site.lose()
    for path in (service.folder / "checkpoint").iterdir():
        path.unlink()
    assert "nothing was lost" in site.liuhen("restore").stderr
    forged = service.folder / "forged.txt"
    size = parse_checkpoint(witness.read_text()).size
    forged.write_text(witness.read_text().replace(f"\n{size}\n", f"\n{size + 1}\n"))
    assert "invalid_field" in site.liuhen("restore", "--checkpoint", str(forged)).stderr
    assert site.liuhen("restore", "--checkpoint", "no-such-file").returncode == 2
    site.well("restore", "--checkpoint", str(witness))
    service.open()
    site.assert_clean()
    assert (service.folder / "checkpoint" / "epoch-1.txt").read_text() == witness.read_text()


def test_an_empty_database_is_refused_and_any_backup_will_do(
    site: Site, make_database: Callable[..., str]
) -> None:
    site.back_up()  # right after the set-up
    Holder(site.service, "inspector").confirmed()
    site.service.close()
    site.service.database_url = make_database()
    done = site.liuhen("restore")
    assert done.returncode != 0
    assert "any will do" in done.stderr.lower()
    with pytest.raises(RewoundError):
        site.service.open()  # nor is a second history begun over nothing
    site.lose()
    assert any(line.startswith("new epoch") for line in site.well("restore"))
    site.service.open()
    site.assert_clean()


def test_what_an_op_says_it_saw_is_no_evidence(site: Site) -> None:
    service = site.service
    phone = Holder(service, "inspector").confirmed()
    for size in (1, 10_000):
        phone.phone._seen = {"origin": "liuhen/demo-city/1", "root": "ab" * 32, "size": size}
        op = phone.write("enterprise.add", WORKS | {"enterprise": f"claims-{size}"})
        reply = service.ask("inspector", "POST", "/ops", json=[op.wire()])
        ruling = reply.json["items"][0]["ruling"]
        assert (ruling["outcome"], ruling["code"]) == ("quarantined", "checkpoint_unknown")
    assert service.ask(None, "GET", "/readyz").status_code == 200


def test_an_opening_of_a_lost_epoch_opens_nothing_when_it_is_carried_back(site: Site) -> None:
    service = site.service
    phone = Holder(service, "inspector").confirmed()
    site.back_up()
    works(phone, "lost")
    site.restore()  # epoch 2 …
    opened = service.ask(None, "GET", "/log/epochs").json["epochs"][0]
    wire = {part: opened[part] for part in ("header", "body", "salt", "sig")}
    assert "liuhen/demo-city/3" in " ".join(site.restore())  # … which the same backup lacks
    phone.phone._session = {}
    item = service.ask("inspector", "POST", "/ops", json=[wire]).json["items"][0]
    assert (item["ruling"]["outcome"], item["ruling"]["code"]) == ("refused", "role_forbidden")
    assert service.ask(None, "GET", "/deployment").json["origin"] == "liuhen/demo-city/3"
    phone.meet_the_new_epoch()
    back = phone.hand_back(phone.lost(json.loads(opened["body"])["size"]))
    assert [item["was"]["origin"] for item in back] == ["liuhen/demo-city/1"]
    site.assert_clean()


def test_a_newer_backup_of_an_ended_epoch_is_refused_once_the_next_epoch_went_on_without_it(
    site: Site,
) -> None:
    service = site.service
    phone = Holder(service, "inspector").confirmed()
    older = site.back_up()
    kept = parse_checkpoint(phone.head()).size
    works(phone, "one")
    newer = site.back_up()
    works(phone, "two")
    site.lose(older)
    site.well("restore")
    service.open()
    phone.meet_the_new_epoch()
    phone.hand_back(phone.lost(kept))  # phones hold other leaves at these places now
    site.lose(newer)
    refused = site.liuhen("restore")
    assert refused.returncode == 2
    assert f"epoch 2 went on after the first {kept}" in refused.stderr
    service.database_url = site._copy(older)
    assert "new epoch: liuhen/demo-city/3" in site.well("restore")
    service.open()
    site.assert_clean()
