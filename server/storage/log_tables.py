"""Tables that are the log or follow from it. Everything here can be checked or rebuilt.

`leaves` and `ops` are the log: what was signed, and what was ruled. `tiles` and `log_head` are its
Merkle tree, `checkpoints` the signatures over it; all other log-backed tables are a fold of it.

`NOT_LOG_BACKED` lists what is not, with the reason; `docs/architecture.md` repeats the list and
the tamper test reads it.
"""

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.database import db

# SQLite's row number is an INTEGER; PostgreSQL's log may outgrow 32 bits.
Number = BigInteger().with_variant(Integer, "sqlite")
HEX_64 = String(64)
# Ordered by code point on every server, as cursors of a pull compare it.
ENTITY = String(160).with_variant(String(160, collation="C"), "postgresql")

NOT_LOG_BACKED = {
    "rejections": "bytes that never became operations; bounded and expiring",
    "quotas": "counters of today's arrivals; a limit, not a record",
    "horizons": "how far departures were forgotten, which time decides",
    "checkpoints deletion": "an older checkpoint's row may go unnoticed; the newest may not",
}


# Queries repeat it word for word: SQLite uses a partial index only where it finds its condition.
HELD = text("outcome IN ('quarantined', 'refused', 'waiting')")


class Leaf(db.Model):
    """One leaf of the log: the record as text, and its public tree entry."""

    __tablename__ = "leaves"

    index: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(8))
    op_id: Mapped[str] = mapped_column(HEX_64, index=True)  # timeline, verify: rulings of an op
    record: Mapped[str] = mapped_column(Text)
    entry: Mapped[bytes] = mapped_column(LargeBinary)


class Op(db.Model):
    """An admitted operation as it arrived, beside the ruling in force."""

    __tablename__ = "ops"
    __table_args__ = (
        Index("ix_ops_chain_seq", "chain", "seq"),  # forks and gaps
        Index("ix_ops_chain_ruling_index", "chain", "ruling_index"),  # the rulings feed
        Index("ix_ops_waiting", "chain", sqlite_where=text("outcome = 'waiting'"),
              postgresql_where=text("outcome = 'waiting'")),  # the limit on waiting ops
        Index("ix_ops_held", "space", "outcome", "ruling_index",
              sqlite_where=HELD, postgresql_where=HELD),  # what a supervisor may have to decide
        Index("ix_ops_mends", "mends", sqlite_where=text("mends <> ''"),
              postgresql_where=text("mends <> ''")),  # dependants follow the mend
    )  # fmt: skip

    index: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    op_id: Mapped[str] = mapped_column(HEX_64, unique=True)
    chain: Mapped[str] = mapped_column(HEX_64)  # an enrolment's own op id, not ""
    seq: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(40))
    space: Mapped[str] = mapped_column(String(8))
    mends: Mapped[str] = mapped_column(HEX_64)
    header: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    salt: Mapped[str] = mapped_column(String(43))  # base64url, as sent
    sig: Mapped[str] = mapped_column(String(86))
    carrier: Mapped[str] = mapped_column(String(80))
    received_at_ms: Mapped[int] = mapped_column(BigInteger)
    ruling_index: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(40))
    flags: Mapped[str] = mapped_column(Text)  # canonical JSON list
    cause: Mapped[str] = mapped_column(HEX_64)


class Tile(db.Model):
    """A tile of the Merkle tree: `width` hashes of 32 bytes."""

    __tablename__ = "tiles"

    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    width: Mapped[int] = mapped_column(Integer)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class LogHead(db.Model):
    """One row: where the log ends. Locking it is the last lock of an append."""

    __tablename__ = "log_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    epoch: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[str] = mapped_column(HEX_64)
    rules: Mapped[int] = mapped_column(Integer)  # version in force, written into every leaf


class Checkpoint(db.Model):
    """A signed note over the log at a size; ops name the one they had seen."""

    __tablename__ = "checkpoints"

    size: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)


class Entity(db.Model):
    """A row of the state: its wire form, and the leaf that last touched it."""

    __tablename__ = "entities"
    __table_args__ = (Index("ix_entities_pull", "space", "index", "entity"),)

    entity: Mapped[str] = mapped_column(ENTITY, primary_key=True)
    space: Mapped[str] = mapped_column(String(8))
    index: Mapped[int] = mapped_column(BigInteger)
    wire: Mapped[str] = mapped_column(Text)


class Departure(db.Model):
    """A row that left a space, and the leaf by which it went; kept until the horizon has passed."""

    __tablename__ = "departures"
    __table_args__ = (Index("ix_departures_pull", "space", "index", "entity"),)

    space: Mapped[str] = mapped_column(String(8), primary_key=True)
    entity: Mapped[str] = mapped_column(ENTITY, primary_key=True)
    index: Mapped[int] = mapped_column(BigInteger)


class Horizon(db.Model):
    """Up to which leaf the departures of a space were forgotten; older cursors begin anew."""

    __tablename__ = "horizons"

    space: Mapped[str] = mapped_column(String(8), primary_key=True)
    index: Mapped[int] = mapped_column(BigInteger)


class EntityOp(db.Model):
    """Which op leaves act on an entity, whatever was ruled: the timeline."""

    __tablename__ = "entity_ops"
    __table_args__ = ({"sqlite_with_rowid": False},)

    entity: Mapped[str] = mapped_column(ENTITY, primary_key=True)
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class Waiting(db.Model):
    """An op that is decided again when `dep` (an op, a chain, a supervisor's op) takes effect."""

    __tablename__ = "waiting"
    __table_args__ = (Index("ix_waiting_dep", "dep"), {"sqlite_with_rowid": False})

    op_id: Mapped[str] = mapped_column(HEX_64, primary_key=True)
    dep: Mapped[str] = mapped_column(HEX_64, primary_key=True)


class BlobRef(db.Model):
    """An admitted op announced these bytes in its space."""

    __tablename__ = "blob_refs"
    __table_args__ = (Index("ix_blob_refs_op_id", "op_id"), {"sqlite_with_rowid": False})

    space: Mapped[str] = mapped_column(String(8), primary_key=True)
    sha256: Mapped[str] = mapped_column(HEX_64, primary_key=True)
    op_id: Mapped[str] = mapped_column(HEX_64, primary_key=True)


class Rejection(db.Model):
    """An item that was not admitted. Support reads it; nothing else does."""

    __tablename__ = "rejections"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    carrier: Mapped[str] = mapped_column(String(80))
    op_id: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(40))
    field: Mapped[str] = mapped_column(String(200))


class Quota(db.Model):
    """How much of a chain arrived on a day (UTC), for the daily limits."""

    __tablename__ = "quotas"

    chain: Mapped[str] = mapped_column(HEX_64, primary_key=True)
    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    ops: Mapped[int] = mapped_column(Integer)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
