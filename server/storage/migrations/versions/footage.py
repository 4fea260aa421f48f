"""Footage that docking stations reported, and which manifests have been read."""

import sqlalchemy as sa
from alembic import op

revision = "footage"
down_revision = "seen_images"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "footage",
        sa.Column("space", sa.String(length=8), nullable=False),
        sa.Column("footage", sa.String(length=64), nullable=False),
        sa.Column("manifest", sa.String(length=80), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("station", sa.String(length=60), nullable=False),
        sa.Column("camera", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("started_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("delete_on", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("space", "footage"),
    )
    op.create_index("ix_footage_space_ended_at_ms", "footage", ["space", "ended_at_ms"])
    op.create_table(
        "manifest_reads",
        sa.Column("manifest", sa.String(length=80), nullable=False),
        sa.Column("rows_new", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("manifest"),
    )
