"""Snapshots of a space's rows: which there are, and the files they are made of. Outside the log.

A `Snapshot` row appears only when all its parts are stored; a `SnapshotPart` row is written before
its file, so that no file is ever unknown, whenever a maker dies. Both can be made again from the
entities.
"""

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.database import db
from server.storage.log_tables import ENTITY, HEX_64, Number

NOT_LOG_BACKED = {
    "snapshots": "files made from the entities, which can be made again",
    "snapshot_parts": "where those files lie",
}


class Snapshot(db.Model):
    """All rows of a space as they stood when the log had `size` leaves."""

    __tablename__ = "snapshots"

    space: Mapped[str] = mapped_column(String(8), primary_key=True)
    size: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    origin: Mapped[str] = mapped_column(Text)
    root: Mapped[str] = mapped_column(HEX_64)
    rows: Mapped[int] = mapped_column(Integer)
    made_at_ms: Mapped[int] = mapped_column(BigInteger)


class SnapshotPart(db.Model):
    """One file: the rows up to and including (`last_index`, `last_entity`), in the order of a pull.

    `sha256` is over the text, `stored_sha256` over the compressed bytes that are kept.
    """

    __tablename__ = "snapshot_parts"
    __table_args__ = (
        Index("ix_snapshot_parts_space_sha256", "space", "sha256"),
        Index("ix_snapshot_parts_stored_sha256", "stored_sha256"),
    )

    space: Mapped[str] = mapped_column(String(8), primary_key=True)
    size: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(HEX_64)
    stored_sha256: Mapped[str] = mapped_column(HEX_64)
    stored_bytes: Mapped[int] = mapped_column(Integer)
    rows: Mapped[int] = mapped_column(Integer)
    last_index: Mapped[int] = mapped_column(BigInteger)
    last_entity: Mapped[str] = mapped_column(ENTITY)
