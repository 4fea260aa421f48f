"""Rows that left a space, for phones that still hold them; and how far these were forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "departures"
down_revision = "footage"
branch_labels = None
depends_on = None

ENTITY = sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "departures",
        sa.Column("space", sa.String(length=8), nullable=False),
        sa.Column("entity", ENTITY, nullable=False),
        sa.Column("index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("space", "entity"),
    )
    op.create_index("ix_departures_pull", "departures", ["space", "index", "entity"])
    op.create_table(
        "horizons",
        sa.Column("space", sa.String(length=8), nullable=False),
        sa.Column("index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("space"),
    )
