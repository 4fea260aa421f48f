"""What docking stations reported: rows of the manifests that the log names (ADR 0016).

They follow from the log: each manifest's file is an original whose digest is in `manifest.add`, and
reading it again gives the same rows. `rebuild` does so and `rebuild --check` compares.
"""

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.database import db
from server.storage.log_tables import HEX_64


class FootageRow(db.Model):
    """One file at a station; the first manifest that reported it, and its newest deletion date."""

    __tablename__ = "footage"
    __table_args__ = (Index("ix_footage_space_ended_at_ms", "space", "ended_at_ms"),)

    space: Mapped[str] = mapped_column(String(8), primary_key=True)
    footage: Mapped[str] = mapped_column(HEX_64, primary_key=True)
    manifest: Mapped[str] = mapped_column(String(80))
    line: Mapped[int] = mapped_column(Integer)
    station: Mapped[str] = mapped_column(String(60))
    camera: Mapped[str] = mapped_column(String(40))
    file_name: Mapped[str] = mapped_column(String(200))
    started_at_ms: Mapped[int] = mapped_column(BigInteger)
    ended_at_ms: Mapped[int] = mapped_column(BigInteger)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    officer: Mapped[str] = mapped_column(String(40))
    delete_on: Mapped[str] = mapped_column(String(10))  # the station's date, or empty


class ManifestRead(db.Model):
    """A manifest whose rows are in `footage`; how many of them were new."""

    __tablename__ = "manifest_reads"

    manifest: Mapped[str] = mapped_column(String(80), primary_key=True)
    rows_new: Mapped[int] = mapped_column(Integer)
