"""What each phone said last that it holds; the originals an op names, found by the op."""

import sqlalchemy as sa
from alembic import op

revision = "inventories"
down_revision = "held_ops"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inventories",
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("head_seq", sa.BigInteger(), nullable=False),
        sa.Column("head_op", sa.String(length=64), nullable=False),
        sa.Column("unsent_ops", sa.Integer(), nullable=False),
        sa.Column("given_up", sa.Text(), nullable=False),
        sa.Column("originals", sa.Text(), nullable=False),
        sa.Column("originals_more", sa.Integer(), nullable=False),
        sa.Column("originals_bytes", sa.BigInteger(), nullable=False),
        sa.Column("device_ms", sa.BigInteger(), nullable=False),
        sa.Column("reported_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("settled_seq", sa.BigInteger(), nullable=False),
        sa.Column("drained_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("chain"),
    )
    op.create_index("ix_blob_refs_op_id", "blob_refs", ["op_id"])
