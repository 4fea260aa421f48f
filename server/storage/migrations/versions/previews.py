"""Small pictures that phones send ahead of their originals."""

import sqlalchemy as sa
from alembic import op

revision = "previews"
down_revision = "departures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "previews",
        sa.Column("space", sa.String(length=8), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=80), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("space", "sha256"),
    )
    op.create_index("ix_previews_person_id", "previews", ["person_id"])
