"""Snapshots of a space's rows and the files they are made of."""

import sqlalchemy as sa
from alembic import op

revision = "snapshots"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ENTITY = sa.String(160).with_variant(sa.String(160, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "snapshots",
        sa.Column("space", sa.String(length=8), nullable=False),
        sa.Column("size", NUMBER, autoincrement=False, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("space", "size"),
    )
    op.create_table(
        "snapshot_parts",
        sa.Column("space", sa.String(length=8), nullable=False),
        sa.Column("size", NUMBER, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_bytes", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("last_index", sa.BigInteger(), nullable=False),
        sa.Column("last_entity", ENTITY, nullable=False),
        sa.PrimaryKeyConstraint("space", "size", "number"),
    )
    for columns in (["space", "sha256"], ["stored_sha256"]):
        op.create_index(f"ix_snapshot_parts_{'_'.join(columns)}", "snapshot_parts", columns)
