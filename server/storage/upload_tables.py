"""Uploads under way, stored originals and what was derived from them: outside the log.

An upload's offset is not a column: it is the size of its part file, so the two can't disagree.
A `StoredBlob` says that bytes with this digest were hashed by the server and lie in the blob store
for a space; the log's `blob.verified` follows from it and from the op that refers to them.
"""

from sqlalchemy import BigInteger, Boolean, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.database import db

NOT_LOG_BACKED = {
    "uploads": "transfers under way",
    "stored_blobs": "where bytes came in; that they are verified is said by the log",
    "seen_images": "what was seen in an original, which can be looked at again",
    "likeness_bands": "an index of the above",
    "derivatives": "small copies that can be made again from the original",
    "previews": "small pictures sent ahead by phones, shown until the original is here",
}

MISSING = "missing"  # state of an image whose original was not in the store when it was looked at


class Upload(db.Model):
    """One tus upload; `completed_at_ms` is set once its bytes are in the blob store."""

    __tablename__ = "uploads"
    __table_args__ = (
        Index("ix_uploads_person_id_completed_at_ms", "person_id", "completed_at_ms"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(80))
    space: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(40))
    length_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    completed_at_ms: Mapped[int | None] = mapped_column(BigInteger)


class StoredBlob(db.Model):
    """An original whose digest the server computed itself over what it stored.

    `settled` only spares work: the log's `blob.verified` has been appended.
    """

    __tablename__ = "stored_blobs"
    __table_args__ = (
        Index(
            "ix_stored_blobs_unsettled",
            "stored_at_ms",
            sqlite_where=text("NOT settled"),
            postgresql_where=text("NOT settled"),
        ),
    )

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    space: Mapped[str] = mapped_column(String(8), primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(40))
    stored_at_ms: Mapped[int] = mapped_column(BigInteger)
    settled: Mapped[bool] = mapped_column(Boolean)


class Preview(db.Model):
    """A small picture a phone sent ahead of an original (`services/previews.py`)."""

    __tablename__ = "previews"

    space: Mapped[str] = mapped_column(String(8), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(80), index=True)
    media_type: Mapped[str] = mapped_column(String(40))
    picture: Mapped[bytes] = mapped_column(LargeBinary)
    received_at_ms: Mapped[int] = mapped_column(BigInteger)


class SeenImage(db.Model):
    """What was seen in an original that is an image; looked at once, unless the store lacked it.

    `state` is one of `storage.imaging.State`. `exif` is what the camera claims, as JSON; `likeness`
    the 72 hex digits that are nearly the same for the same picture, or empty.
    """

    __tablename__ = "seen_images"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    tool: Mapped[str] = mapped_column(String(80))
    width_px: Mapped[int | None] = mapped_column(BigInteger)
    height_px: Mapped[int | None] = mapped_column(BigInteger)
    frames: Mapped[int] = mapped_column(BigInteger)
    exif: Mapped[str] = mapped_column(Text)
    likeness: Mapped[str] = mapped_column(String(72))
    seen_at_ms: Mapped[int] = mapped_column(BigInteger)


class LikenessBand(db.Model):
    """An eighth of an image's likeness after its place: images that share one may be alike."""

    __tablename__ = "likeness_bands"
    __table_args__ = ({"sqlite_with_rowid": False},)

    band: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)


class Derivative(db.Model):
    """A small copy that the service made of an original; `tool` names what made it."""

    __tablename__ = "derivatives"

    parent_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    tool: Mapped[str] = mapped_column(String(80))
    output_sha256: Mapped[str] = mapped_column(String(64))
    output_bytes: Mapped[int] = mapped_column(Integer)
    made_at_ms: Mapped[int] = mapped_column(BigInteger)
