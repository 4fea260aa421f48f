"""Which photos look like photos of other hazards: pointed out to people, never ruled on.

Two pictures are alike when few of the bits of their likeness differ (`storage.image_child`); the
same bytes always are. Invariants: a person is told only of hazards in spaces they read; a photo
record shown by two hazards is no repetition, two records of one picture are. Not here: a verdict.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from server.domain.authority import field
from server.domain.projection import FOLLOWING
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage import log_store
from server.storage.bulk import one_of
from server.storage.database import reading
from server.storage.log_tables import BlobRef, Op
from server.storage.upload_tables import LikenessBand, SeenImage
from sync_protocol.rules import EFFECTIVE_OUTCOMES

Row = Mapping[str, Any]
PHOTO_SETS = ("photos", "after_photos")
SHOWING = ("photo.add", FOLLOWING)  # what says in a space that a photo of it has these bytes
BANDS, BAND_DIGITS = 8, 9
SAYS_NOTHING = ("0" * BAND_DIGITS, "f" * BAND_DIGITS)  # a sky, a wall
MOST_BITS = BANDS - 1  # of 288; saving and scaling a photo again changes none to six
CANDIDATES_MOST = 500
ALIKE_MOST = 20


def bands(likeness: str) -> list[int]:
    """Return the numbered eighths of a likeness, but for those that say nothing.

    Two likenesses that differ in fewer bits than there are eighths have one in common.
    """
    starts = range(0, len(likeness), BAND_DIGITS)
    eighths = [likeness[at : at + BAND_DIGITS] for at in starts]
    return [
        (place << BAND_DIGITS * 4) | int(digits, 16)
        for place, digits in enumerate(eighths)
        if digits not in SAYS_NOTHING
    ]


def alike(one: str, other: str) -> bool:
    """Say whether two likenesses are those of the same picture, as far as can be told."""
    known = bool(one and other)
    return known and (int(one, 16) ^ int(other, 16)).bit_count() <= MOST_BITS


def of_finding(
    runtime: Runtime, finding: str, space: str, spaces: Collection[str]
) -> dict[str, Any]:
    """Return what was seen in each photo of a hazard, and other hazards' photos it looks like.

    `spaces` are those the asker reads. Raises `not_found`.
    """
    with reading(runtime.engine) as connection:
        row = _rows(connection, [f"finding/{finding}"]).get(f"finding/{finding}")
        if row is None or row["space"] != space:
            raise Problem("not_found")
        own = _photos_of(row)
        shown = _digests(_rows(connection, [f"photo/{one}" for one in own]))
        seen = _seen(connection, set(shown.values()))
        others = _others(connection, seen, set(own), spaces)
        images = [_image(photo, sha256, seen, others) for photo, sha256 in shown.items()]
    return {"images": images}


def _image(
    photo: str, sha256: str, seen: Mapping[str, Any], others: Iterable[dict[str, Any]]
) -> dict[str, Any]:
    image = seen.get(sha256)
    told: dict[str, Any] = {"photo": photo, "sha256": sha256, "state": "waiting", "exif": {}}
    if image is not None:
        told |= {"state": image.state, "exif": msgspec.json.decode(image.exif)}
        if image.width_px is not None:
            told |= {"width_px": image.width_px, "height_px": image.height_px}
    likeness = image.likeness if image is not None else ""
    found = [
        {name: other[name] for name in ("finding", "number", "space", "photo")}
        | {"same_bytes": other["sha256"] == sha256}
        for other in others
        if other["sha256"] == sha256 or alike(likeness, other["likeness"])
    ]
    return told | {"alike": found[:ALIKE_MOST]}


def _others(
    connection: Connection, seen: Mapping[str, Any], own: Collection[str], spaces: Collection[str]
) -> list[dict[str, Any]]:
    """Return the photos of hazards in these spaces that may be alike, each with its hazard."""
    near = _near(connection, seen)
    query = (
        select(BlobRef.sha256, Op.body)
        .join(Op, Op.op_id == BlobRef.op_id)
        .where(
            one_of(connection, BlobRef.sha256, sorted(near)),
            BlobRef.space.in_(sorted(spaces)),
            Op.kind.in_(SHOWING),
            Op.outcome.in_(sorted(EFFECTIVE_OUTCOMES)),
        )
        .limit(CANDIDATES_MOST)
    )
    taken = {
        photo: found.sha256
        for found in connection.execute(query)
        for photo in _photos_with(msgspec.json.decode(found.body), found.sha256)
    }
    return [
        {**place, "sha256": taken[place["photo"]], "likeness": near[taken[place["photo"]]]}
        for place in _places(connection, taken.keys() - set(own), spaces)
    ]


def _photos_with(body: Row, sha256: str) -> list[str]:
    """Return the photos of these bytes that an op took, or that it let follow their hazard."""
    if "photo" in body:
        return [str(body["photo"])]
    return [str(one["photo"]) for one in body["photos"] if one["blob"]["sha256"] == sha256]


def _near(connection: Connection, seen: Mapping[str, Any]) -> dict[str, str]:
    """Return digest → likeness of these images and of those that share a band with one."""
    near = dict.fromkeys(seen, "") | {sha256: image.likeness for sha256, image in seen.items()}
    wanted = {band for image in seen.values() for band in bands(image.likeness)}
    query = select(SeenImage.sha256, SeenImage.likeness).join(
        LikenessBand, LikenessBand.sha256 == SeenImage.sha256
    )
    found = connection.execute(
        query.where(LikenessBand.band.in_(sorted(wanted))).limit(CANDIDATES_MOST)
    )
    likenesses = {image.likeness for image in seen.values()}
    for other in found:
        if any(alike(one, other.likeness) for one in likenesses):
            near[other.sha256] = other.likeness
    return near


def _places(
    connection: Connection, photos: Collection[str], spaces: Collection[str]
) -> list[dict[str, Any]]:
    """Return hazard by hazard which of these photos it shows."""
    taken = _rows(connection, [f"photo/{one}" for one in photos])
    visits = {str(field(row, "inspection")) for row in taken.values()}
    inspections = _rows(connection, [f"inspection/{one}" for one in visits])
    members = [one["id"] for row in inspections.values() for one in row["sets"].get("findings", ())]
    findings = _rows(connection, [f"finding/{one}" for one in members])
    return [
        {
            "finding": key.removeprefix("finding/"),
            "number": str(field(row, "number")),
            "space": row["space"],
            "photo": photo,
        }
        for key, row in sorted(findings.items())
        if row["space"] in spaces
        for photo in _photos_of(row)
        if photo in photos
    ]


def _photos_of(finding: Row) -> list[str]:
    sets = finding["sets"]
    members = [one["id"] for name in PHOTO_SETS for one in sets.get(name, ())]
    return list(dict.fromkeys(members))


def _digests(photos: Mapping[str, Row]) -> dict[str, str]:
    blobs = {key.removeprefix("photo/"): field(row, "blob") for key, row in photos.items()}
    return {photo: blob["sha256"] for photo, blob in blobs.items() if isinstance(blob, dict)}


def _rows(connection: Connection, entities: Collection[str]) -> dict[str, Row]:
    found = log_store.rows(connection, list(entities)) if entities else {}
    return {key: msgspec.json.decode(wire) for key, (_, wire) in found.items()}


def _seen(connection: Connection, digests: Collection[str]) -> dict[str, Any]:
    """Return what was seen in these images; those nobody looked at yet are missing."""
    query = select(SeenImage.__table__).where(one_of(connection, SeenImage.sha256, sorted(digests)))
    return {image.sha256: image for image in connection.execute(query)}
