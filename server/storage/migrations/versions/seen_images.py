"""What was seen in each image. Small copies are made anew, a larger one beside the first."""

import sqlalchemy as sa
from alembic import op

revision = "seen_images"
down_revision = "inventories"
branch_labels = None
depends_on = None

SHA256 = sa.String(length=64)


def upgrade() -> None:
    op.create_table(
        "seen_images",
        sa.Column("sha256", SHA256, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("tool", sa.String(length=80), nullable=False),
        sa.Column("width_px", sa.BigInteger(), nullable=True),
        sa.Column("height_px", sa.BigInteger(), nullable=True),
        sa.Column("frames", sa.BigInteger(), nullable=False),
        sa.Column("exif", sa.Text(), nullable=False),
        sa.Column("likeness", sa.String(length=72), nullable=False),
        sa.Column("seen_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "likeness_bands",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", SHA256, nullable=False),
        sa.PrimaryKeyConstraint("band", "sha256"),
        sqlite_with_rowid=False,
    )
    op.drop_table("derivatives")
    op.create_table(
        "derivatives",
        sa.Column("parent_sha256", SHA256, nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("tool", sa.String(length=80), nullable=False),
        sa.Column("output_sha256", SHA256, nullable=False),
        sa.Column("output_bytes", sa.Integer(), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("parent_sha256", "name"),
    )
