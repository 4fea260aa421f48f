"""A thing's timeline: everything that was done about it, page by page, the newest first."""

from typing import Any

import pytest

from server.services import queries
from tests.integration.core.acts import derived, photographed
from tests.support.authors import Author, Office, blob_ref, finding_body, inspection_begun


@pytest.fixture
def officers(office: Office) -> tuple[Author, Author]:
    return office.person("ann"), office.person("ben")


def photo_body(author: Author, inspection: str, **members: Any) -> dict[str, Any]:
    """The body of a photo of a burst, taken before anybody says what it shows."""
    return {
        "photo": author.new_id(),
        "inspection": inspection,
        "purpose": "finding",
        "source": "camera",
        "captured_at_ms": author.clock.now_ms(),
        "blob": blob_ref() | {"media_type": "image/jpeg"},
    } | members


def kinds_of(office: Office, entity: str) -> list[str]:
    entries = queries.timeline(office.runtime, entity)["entries"][::-1]
    indexes = [entry["index"] for entry in entries]
    assert indexes == sorted(set(indexes))
    return [entry["kind"] for entry in entries]


def test_a_hazard_tells_of_the_photos_taken_before_it_was_one(
    office: Office, officers: tuple[Author, Author]
) -> None:
    ann = officers[0]
    inspection = inspection_begun(office, *officers)
    burst = [photo_body(ann, inspection) for _ in range(4)]
    office.apply(*(ann.op("photo.add", body) for body in burst))
    listed, assigned, moved, loose = (body["photo"] for body in burst)
    finding = finding_body(ann, inspection, photos=[listed])
    office.apply(ann.op("finding.create", finding))
    hazard = finding["finding"]
    office.apply(ann.op("photo.assign", {"finding": hazard, "photos": [assigned, moved]}))
    office.apply(ann.op("photo.unassign", {"finding": hazard, "photos": [moved]}))

    assert kinds_of(office, f"finding/{hazard}") == [
        "photo.add",
        "photo.add",
        "finding.create",
        "photo.assign",
        "photo.unassign",
    ]
    told = queries.timeline(office.runtime, f"finding/{hazard}")["entries"]
    assert loose not in "".join(entry["body"] for entry in told)
    assert kinds_of(office, f"inspection/{inspection}").count("photo.add") == 4


def test_a_hazard_tells_of_its_voice_notes_and_of_copies_of_its_photos(
    office: Office, officers: tuple[Author, Author]
) -> None:
    ann = officers[0]
    inspection = inspection_begun(office, *officers)
    photo = photographed(office, ann, inspection, "ab" * 32)
    sound = blob_ref("ef" * 32) | {"media_type": "audio/webm"}
    spoken = {"inspection": inspection, "recorded_at_ms": 1, "duration_ms": 900, "blob": sound}
    before = ann.op("voice.add", {"voice": ann.new_id(), **spoken})
    finding = finding_body(ann, inspection, photos=[photo], voices=[before.body["voice"]])
    hazard = finding["finding"]
    office.apply(before, ann.op("finding.create", finding))
    office.apply(ann.op("voice.add", {"voice": ann.new_id(), **spoken, "finding": hazard}))
    office.apply(ann.op("photo.derive", derived(ann, photo, parent="ab" * 32)))
    kinds = ["photo.add", "voice.add", "finding.create", "voice.add", "photo.derive"]
    assert kinds_of(office, f"finding/{hazard}") == kinds
    assert len(office.row(f"finding/{hazard}")["sets"]["voices"]) == 2
    taken_out = [before.body["voice"]]
    office.apply(ann.op("voice.unassign", {"finding": hazard, "voices": taken_out}))
    assert [one["id"] for one in office.row(f"finding/{hazard}")["sets"]["voices"]] != taken_out
    assert len(office.row(f"finding/{hazard}")["sets"]["voices"]) == 1
    assert len(office.row(f"inspection/{inspection}")["sets"]["voices"]) == 2


def test_an_inspection_tells_when_the_recorder_was_switched_off(
    office: Office, officers: tuple[Author, Author]
) -> None:
    ann = officers[0]
    inspection = inspection_begun(office, *officers)
    clip = ann.new_id()
    start = {
        "clip": clip,
        "inspection": inspection,
        "camera": "DSJ0001",
        "officer": ann.person,
        "started_at_ms": 1,
    }
    office.apply(ann.op("clip.start", start))
    office.apply(ann.op("clip.stop", {"clip": clip, "stopped_at_ms": 2}))
    assert kinds_of(office, f"inspection/{inspection}")[-2:] == ["clip.start", "clip.stop"]


def test_a_photo_taken_for_a_hazard_is_told_once(
    office: Office, officers: tuple[Author, Author]
) -> None:
    ann = officers[0]
    inspection = inspection_begun(office, *officers)
    finding = finding_body(ann, inspection)
    office.apply(ann.op("finding.create", finding))
    office.apply(ann.op("photo.add", photo_body(ann, inspection, finding=finding["finding"])))
    assert kinds_of(office, f"finding/{finding['finding']}") == ["finding.create", "photo.add"]


def test_a_long_story_is_told_page_by_page_and_whole(
    office: Office, officers: tuple[Author, Author]
) -> None:
    ann = officers[0]
    finding = finding_body(ann, inspection_begun(office, *officers))
    create = ann.op("finding.create", finding)
    edits, seen = [], create.id
    for number in range(6):
        change = {"field": "note", "value": f"第{number}次", "replaces": [seen] if number else []}
        edits.append(ann.op("finding.edit", {"finding": finding["finding"], "changes": [change]}))
        seen = edits[-1].id
    office.apply(create, *edits)
    key = f"finding/{finding['finding']}"
    found: list[str] = []
    cursor: dict[str, int] = {}
    while True:
        page = queries.timeline(office.runtime, key, **cursor, limit=3)
        assert len(page["entries"]) <= 3
        found += [entry["op"] for entry in page["entries"]]
        if "next" not in page:
            break
        cursor = {"before_index": page["next"]}
    assert found == [op.id for op in reversed([create, *edits])]
