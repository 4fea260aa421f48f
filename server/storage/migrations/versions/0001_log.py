"""The log's tables: leaves, operations, tiles, checkpoints, and what is folded from them."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ENTITY = sa.String(160).with_variant(sa.String(160, collation="C"), "postgresql")


def upgrade() -> None:
    _blob_refs()
    _checkpoints()
    _entities()
    _entity_ops()
    _leaves()
    _log_head()
    _ops()
    _quotas()
    _rejections()
    _tiles()
    _waiting()
    _first_head()


def _first_head() -> None:
    head = sa.table("log_head", *map(sa.column, ("id", "epoch", "size", "root", "rules")))
    nothing = hashlib.sha256(b"").hexdigest()  # the root of an empty tree (RFC 9162)
    op.bulk_insert(head, [{"id": 1, "epoch": 1, "size": 0, "root": nothing, "rules": 1}])


def _blob_refs() -> None:
    op.create_table(
        "blob_refs",
        sa.Column("space", sa.String(length=8), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("op_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("space", "sha256", "op_id"),
        sqlite_with_rowid=False,
    )


def _checkpoints() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("size", NUMBER, autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )


def _entities() -> None:
    op.create_table(
        "entities",
        sa.Column("entity", ENTITY, nullable=False),
        sa.Column("space", sa.String(length=8), nullable=False),
        sa.Column("index", sa.BigInteger(), nullable=False),
        sa.Column("wire", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entity"),
    )
    op.create_index("ix_entities_pull", "entities", ["space", "index", "entity"], unique=False)


def _entity_ops() -> None:
    op.create_table(
        "entity_ops",
        sa.Column("entity", ENTITY, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("entity", "index"),
        sqlite_with_rowid=False,
    )


def _leaves() -> None:
    op.create_table(
        "leaves",
        sa.Column("index", NUMBER, autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=8), nullable=False),
        sa.Column("op_id", sa.String(length=64), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("index"),
    )
    op.create_index("ix_leaves_op_id", "leaves", ["op_id"], unique=False)


def _log_head() -> None:
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _ops() -> None:
    op.create_table(
        "ops",
        sa.Column("index", NUMBER, autoincrement=False, nullable=False),
        sa.Column("op_id", sa.String(length=64), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("space", sa.String(length=8), nullable=False),
        sa.Column("mends", sa.String(length=64), nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=43), nullable=False),
        sa.Column("sig", sa.String(length=86), nullable=False),
        sa.Column("carrier", sa.String(length=80), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ruling_index", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("index"),
        sa.UniqueConstraint("op_id"),
    )
    op.create_index("ix_ops_chain_ruling_index", "ops", ["chain", "ruling_index"], unique=False)
    op.create_index("ix_ops_chain_seq", "ops", ["chain", "seq"], unique=False)
    op.create_index(
        "ix_ops_mends",
        "ops",
        ["mends"],
        unique=False,
        sqlite_where=sa.text("mends <> ''"),
        postgresql_where=sa.text("mends <> ''"),
    )
    op.create_index(
        "ix_ops_waiting",
        "ops",
        ["chain"],
        unique=False,
        sqlite_where=sa.text("outcome = 'waiting'"),
        postgresql_where=sa.text("outcome = 'waiting'"),
    )


def _quotas() -> None:
    op.create_table(
        "quotas",
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ops", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "day"),
    )


def _rejections() -> None:
    op.create_table(
        "rejections",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("carrier", sa.String(length=80), nullable=False),
        sa.Column("op_id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rejections_at_ms", "rejections", ["at_ms"], unique=False)


def _tiles() -> None:
    op.create_table(
        "tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number"),
    )


def _waiting() -> None:
    op.create_table(
        "waiting",
        sa.Column("op_id", sa.String(length=64), nullable=False),
        sa.Column("dep", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("op_id", "dep"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_waiting_dep", "waiting", ["dep"], unique=False)
