"""Push: one effect per op, receipts for ever, nothing left behind by what is not admitted."""

import json

import pytest
from sqlalchemy import func, select

from server.services import ingest, log, queries
from server.services.ingest import Carrier
from server.storage.log_tables import Entity, Leaf, Op, Rejection
from sync_protocol import leaves, merkle
from sync_protocol.note import open_checkpoint
from tests.support.authors import Author, Office, finding_body, inspection_begun


@pytest.fixture
def officers(office: Office) -> tuple[Author, Author]:
    return office.person("wang"), office.person("li")


def leaf_count(office: Office) -> int:
    with office.runtime.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(Leaf)).scalar_one()


def test_a_batch_sent_ten_times_has_one_effect_and_ten_byte_equal_receipts(
    office: Office, officers: tuple[Author, Author]
) -> None:
    wang, _ = officers
    inspection = inspection_begun(office, *officers)
    batch = [wang.op("finding.create", finding_body(wang, inspection)) for _ in range(12)]
    before = leaf_count(office)
    replies = [office.push(*batch)["items"] for _ in range(10)]
    receipts = {json.dumps([item["receipt"] for item in reply]) for reply in replies}
    assert len(receipts) == 1
    assert [item["duplicate"] for item in replies[0]] == [False] * 12
    assert all(item["duplicate"] for reply in replies[1:] for item in reply)
    assert leaf_count(office) == before + 12


def test_a_batch_that_holds_an_op_twice_logs_it_once(
    office: Office, officers: tuple[Author, Author]
) -> None:
    wang, _ = officers
    op = wang.op("finding.create", finding_body(wang, inspection_begun(office, *officers)))
    first, again = office.push(op, op)["items"]
    assert (first["duplicate"], again["duplicate"]) == (False, True)
    assert first["receipt"] == again["receipt"]


def test_a_batch_damaged_on_the_way_and_resent_intact_has_the_effect_of_an_intact_one(
    office: Office, officers: tuple[Author, Author]
) -> None:
    wang, _ = officers
    inspection = inspection_begun(office, *officers)
    batch = [wang.op("finding.create", finding_body(wang, inspection)) for _ in range(3)]
    items = [op.wire() for op in batch]
    damaged = [items[0] | {"body": items[0]["body"][:-2]}, items[1] | {"sig": items[2]["sig"]}]
    carrier = Carrier("wang")
    before = leaf_count(office)
    reply = ingest.push(office.runtime, [*damaged, "nonsense", items[2]], carrier)["items"]
    assert [one["status"] for one in reply] == ["rejected"] * 3 + ["admitted"]
    codes = [one["code"] for one in reply[:3]]
    assert codes == ["commitment_mismatch", "signature_invalid", "op_malformed"]
    assert leaf_count(office) == before + 1
    resent = ingest.push(office.runtime, items, carrier)["items"]
    assert [one["status"] for one in resent] == ["admitted"] * 3
    assert [one["ruling"]["outcome"] for one in resent] == ["applied"] * 3
    assert [one["duplicate"] for one in resent] == [False, False, True]


def test_what_is_rejected_leaves_nothing_but_a_note_for_support(
    office: Office, officers: tuple[Author, Author]
) -> None:
    wang, li = officers
    op = wang.op("finding.create", finding_body(wang, inspection_begun(office, *officers)))
    forged = op.wire() | {"sig": li.built[0].wire()["sig"]}
    before = leaf_count(office)
    ingest.push(office.runtime, [forged], Carrier("li"))
    assert leaf_count(office) == before
    with office.runtime.engine.connect() as connection:
        assert connection.execute(select(Op).where(Op.op_id == op.id)).first() is None
        noted = connection.execute(select(Rejection.code, Rejection.carrier)).all()
    assert [tuple(one) for one in noted] == [("signature_invalid", "li")]


def test_ops_of_one_batch_build_on_each_other(
    office: Office, officers: tuple[Author, Author]
) -> None:
    wang, _ = officers
    inspection = inspection_begun(office, *officers)
    create = wang.op("finding.create", finding_body(wang, inspection))
    finding = create.body["finding"]
    confirm = wang.op("finding.confirm", {"finding": finding, "base": create.id, "from": "draft"})
    measures = {"finding": finding, "base": confirm.id, "from": "confirmed", "measures": "停产"}
    office.apply(create, confirm, wang.op("finding.take_measures", measures))
    assert office.state(f"finding/{finding}", "finding")["from"] == "measures_taken"


def test_an_enrolment_and_the_ops_of_its_chain_come_in_one_batch(office: Office) -> None:
    body = {"person": "zhao", "name": "赵", "bureau": "990001", "role": "inspector"}
    office.tell("person.add", body)
    zhao = Author("zhao", office.clock)
    enrolment = zhao.enrol()
    change = {"field": "name", "value": "厂", "replaces": []}
    first, second = office.push(
        enrolment, zhao.op("enterprise.edit", {"enterprise": "works", "changes": [change]})
    )["items"]
    assert first["ruling"]["outcome"] == "applied"
    assert (second["ruling"]["outcome"], second["ruling"]["code"]) == (
        "waiting",
        "chain_not_countersigned",
    )


def test_a_receipt_proves_its_op_against_the_checkpoint_of_the_reply(
    office: Office, officers: tuple[Author, Author]
) -> None:
    wang, _ = officers
    op = wang.op("finding.create", finding_body(wang, inspection_begun(office, *officers)))
    reply = office.push(op)
    checkpoint = open_checkpoint(reply["checkpoint"], office.runtime.log_key(1))
    receipt = reply["items"][0]["receipt"]
    assert receipt["index"] < checkpoint.size
    proof = log.inclusion(office.runtime, receipt["index"], checkpoint.size)
    hashes = [bytes.fromhex(one) for one in proof["hashes"]]
    assert leaves.receipt_proves(receipt, op.id, hashes, checkpoint)


def test_every_two_checkpoints_are_consistent_and_tiles_hold_the_entries(
    office: Office, officers: tuple[Author, Author]
) -> None:
    wang, _ = officers
    inspection = inspection_begun(office, *officers)
    old = open_checkpoint(log.checkpoint(office.runtime), office.runtime.log_key(1))
    for _ in range(4):
        office.push(*[wang.op("finding.create", finding_body(wang, inspection)) for _ in range(80)])
    new = open_checkpoint(log.checkpoint(office.runtime), office.runtime.log_key(1))
    proof = log.consistency(office.runtime, old.size, new.size)
    hashes = [bytes.fromhex(one) for one in proof["hashes"]]
    assert merkle.verify_consistency(old.size, new.size, old.root, new.root, hashes)
    assert new.size > 256
    tile, bundle = log.tile(office.runtime, 0, 0), log.entries_tile(office.runtime, 0)
    assert tile is not None
    assert bundle is not None
    entries = [bundle[at + 2 : at + 34] for at in range(0, len(bundle), 34)]
    assert tile == b"".join(merkle.leaf_hash(entry) for entry in entries)
    assert log.tile(office.runtime, 1, 0) is None
    assert log.tile(office.runtime, 1, 0, 1) is not None


def test_the_rows_of_a_space_are_pulled_as_they_were_stored(
    office: Office, officers: tuple[Author, Author]
) -> None:
    inspection = inspection_begun(office, *officers)
    page = json.loads(queries.rows_page(office.runtime, "990001", -1, "", 500))
    entities = [one["row"]["entity"] for one in page["rows"]]
    assert f"inspection/{inspection}" in entities
    assert page["complete_through"] == leaf_count(office)
    with office.runtime.engine.connect() as connection:
        stored = connection.execute(select(Entity.wire).where(Entity.space == "990001")).scalars()
        assert sorted(json.dumps(json.loads(wire)) for wire in stored) == sorted(
            json.dumps(one["row"]) for one in page["rows"]
        )
