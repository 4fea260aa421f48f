"""Every flag of `reasons.json` is reached through the real service, and the log still verifies.

A scenario is named by its flag; a flag without one fails `test_every_flag_has_a_scenario`.
"""

import hashlib
from typing import Any

import pytest

from server.services import evidence, rebuild, restore, verify
from server.storage import checkpoint_file
from sync_protocol.note import Checkpoint, sign_checkpoint
from sync_protocol.ops import Op
from sync_protocol.rules import FLAGS
from tests.integration.core.acts import handing_over, pushed, under_measures
from tests.integration.core.scenarios import Scenarios
from tests.support.authors import (
    COUNTY,
    DAY_MS,
    OTHER_COUNTY,
    Author,
    Office,
    clip_body,
    finding_body,
    inspection_begun,
)

flagged = Scenarios()  # each returns an op that carries the flag it is named by


@pytest.mark.parametrize("flag", list(FLAGS))
def test_the_flag_is_on_its_scenario(flag: str, cast: Any) -> None:
    op = flagged.play(flag, *cast)
    office = cast[0]
    assert office.flags(op) == [flag]
    assert office.ruling(op) == ("applied", "")
    assert verify.verify(office.runtime) + rebuild.check(office.runtime) == []


def test_every_flag_has_a_scenario() -> None:
    flagged.assert_complete(FLAGS)


@flagged("fork")
def two_at_one_place(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    one = wang.op("finding.create", finding_body(wang, inspection))
    two = wang.op("finding.create", finding_body(wang, inspection), seq=one.seq, prev=one.prev)
    return pushed(office, one, two)


@flagged("file_name_unknown")
def recording_of_an_unknown_maker(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    body = clip_body(wang, inspection) | {"source": "name", "file_name": "录像一.mp4"}
    return pushed(office, wang.op("clip.refer", body))


@flagged("original_differs")
def photo_of_another_size_than_it_says(
    office: Office, wang: Author, li: Author, boss: Author
) -> Op:
    inspection = inspection_begun(office, wang, li)
    content = office.runtime.settings.data_dir / "original"
    content.write_bytes(b"\xff\xd8\xff")
    digest = hashlib.sha256(content.read_bytes()).hexdigest()
    ref = {"sha256": digest, "size_bytes": 5, "media_type": "image/jpeg"}
    shot = {"photo": wang.new_id(), "inspection": inspection, "purpose": "scene"}
    body = shot | {"source": "camera", "captured_at_ms": 1, "blob": ref}
    op = pushed(office, wang.op("photo.add", body))
    office.runtime.blobs.put_file(content, digest)
    evidence.blob_stored(office.runtime, op.space, digest, 3, "image/jpeg")
    return op


@flagged("licence_unproven")
def licence_run_out(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    office.licence("li", "2025-01-01", "2026-06-15")
    inspection_begun(office, wang, li)
    return wang.built[-1]


@flagged("revoked_by_transfer")
def captured_before_a_transfer(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    assignment = {"person": "wang", "bureau": OTHER_COUNTY, "role": "inspector"}
    office.tell("person.assign", assignment)
    office.revoke(wang, "transfer")
    return pushed(office, wang.op("finding.create", finding_body(wang, inspection)))


@flagged("moved_meanwhile")
def captured_before_a_hand_over(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    finding = under_measures(office, wang, inspection_begun(office, wang, li))
    edit = {"field": "note", "value": "已拍照", "replaces": []}
    late = wang.op("finding.edit", {"finding": finding, "changes": [edit]})
    office.apply(handing_over(office, boss, finding, OTHER_COUNTY))
    return pushed(office, late)


@flagged("role_changed")
def captured_in_another_role(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    office.see(wang)
    late = wang.op("finding.create", finding_body(wang, inspection))
    office.tell("person.assign", {"person": "wang", "bureau": COUNTY, "role": "supervisor"})
    return pushed(office, late)


@flagged("seen_went_back")
def forgot_what_it_had_seen(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    older = dict(wang.seen)
    office.see(wang)
    office.apply(wang.op("finding.create", finding_body(wang, inspection)))
    return pushed(office, wang.op("finding.create", finding_body(wang, inspection), seen=older))


@flagged("quiet_period")
def begun_in_the_first_half_of_a_month(
    office: Office, wang: Author, li: Author, boss: Author
) -> Op:  # fmt: skip
    office.clock.advance(-DAY_MS)
    inspection_begun(office, wang, li)
    return wang.built[-1]


@flagged("clock_off")
def phone_ahead_of_time(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    office.clock.advance(3_600_000)
    op = wang.op("finding.create", finding_body(wang, inspection))
    office.clock.advance(-3_600_000)
    return pushed(office, op)


@flagged("photo_to_come")
def hazard_before_its_photo(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    body = finding_body(wang, inspection, photos=[wang.new_id()])
    return pushed(office, wang.op("finding.create", body))


@flagged("checkpoint_lost")
def seen_what_a_restore_lost(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    runtime = office.runtime
    signed = Checkpoint(runtime.origin(1), 1000, b"\x01" * 32)  # as if 1000 leaves had been there
    note = sign_checkpoint(signed, runtime.log_key(1), runtime.keys.sign_note)
    checkpoint_file.advance(runtime.settings.checkpoint_file, note)
    restore.restore(runtime, [], "test")
    wang.seen = {"origin": signed.origin, "root": "02" * 32, "size": 900}
    body = {"enterprise": "new-works", "name": "厂", "trade": "mine", "address": "路"}
    return pushed(office, wang.op("enterprise.add", body))
