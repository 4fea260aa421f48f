"""The supervisors' feed of ops without effect: found by space and outcome, newest ruling first."""

import sqlalchemy as sa
from alembic import op

revision = "held_ops"
down_revision = "snapshots"
branch_labels = None
depends_on = None

HELD = sa.text("outcome IN ('quarantined', 'refused', 'waiting')")


def upgrade() -> None:
    op.create_index(
        "ix_ops_held",
        "ops",
        ["space", "outcome", "ruling_index"],
        sqlite_where=HELD,
        postgresql_where=HELD,
    )
