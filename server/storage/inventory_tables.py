"""What each phone said last that it holds: a status, outside the log (ADR 0015)."""

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.database import db

NOT_LOG_BACKED = {
    "inventories": "what a phone said last that it holds; replaced by its next word",
}


class Inventory(db.Model):
    """The last report about one chain, by its own person's session.

    `settled_seq` only spares work: up to it every op of the chain is logged and each original they
    name is verified. `drained_at_ms` is when phone and log were first found equal at this head.
    """

    __tablename__ = "inventories"

    chain: Mapped[str] = mapped_column(String(64), primary_key=True)
    head_seq: Mapped[int] = mapped_column(BigInteger)
    head_op: Mapped[str] = mapped_column(String(64))
    unsent_ops: Mapped[int] = mapped_column(Integer)
    given_up: Mapped[str] = mapped_column(Text)  # JSON list of sequence numbers
    originals: Mapped[str] = mapped_column(Text)  # JSON list of {space, sha256, size_bytes}
    originals_more: Mapped[int] = mapped_column(Integer)
    originals_bytes: Mapped[int] = mapped_column(BigInteger)
    device_ms: Mapped[int] = mapped_column(BigInteger)
    reported_at_ms: Mapped[int] = mapped_column(BigInteger)
    settled_seq: Mapped[int] = mapped_column(BigInteger)
    drained_at_ms: Mapped[int | None] = mapped_column(BigInteger)
