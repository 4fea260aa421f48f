"""Accounts, sessions, tickets; uploads, stored originals and their small copies."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _accounts()
    _login_failures()
    _sessions()
    _enrolment_tickets()
    _uploads()
    _stored_blobs()
    _derivatives()


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("login"),
        sa.UniqueConstraint("person_id"),
    )


def _login_failures() -> None:
    op.create_table(
        "login_failures",
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("last_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("login"),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("access_sha256", sa.String(length=64), nullable=False),
        sa.Column("refresh_sha256", sa.String(length=64), nullable=False),
        sa.Column("family", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=80), nullable=False),
        sa.Column("access_expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("refresh_expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("rotated_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("access_sha256"),
        sa.UniqueConstraint("refresh_sha256"),
    )
    for column in ("family", "person_id", "refresh_expires_ms"):
        op.create_index(f"ix_sessions_{column}", "sessions", [column], unique=False)


def _enrolment_tickets() -> None:
    op.create_table(
        "enrolment_tickets",
        sa.Column("ticket_sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=80), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_for_chain", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("ticket_sha256"),
    )
    op.create_index(
        "ix_enrolment_tickets_person_id", "enrolment_tickets", ["person_id"], unique=False
    )


def _uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=80), nullable=False),
        sa.Column("space", sa.String(length=8), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("length_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("completed_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_uploads_person_id_completed_at_ms", "uploads", ["person_id", "completed_at_ms"]
    )


def _stored_blobs() -> None:
    op.create_table(
        "stored_blobs",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("space", sa.String(length=8), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("stored_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "space"),
    )
    op.create_index(
        "ix_stored_blobs_unsettled",
        "stored_blobs",
        ["stored_at_ms"],
        sqlite_where=sa.text("NOT settled"),
        postgresql_where=sa.text("NOT settled"),
    )


def _derivatives() -> None:
    op.create_table(
        "derivatives",
        sa.Column("parent_sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("tool", sa.String(length=80), nullable=False),
        sa.Column("output_sha256", sa.String(length=64), nullable=True),
        sa.Column("output_bytes", sa.Integer(), nullable=True),
        sa.Column("made_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("parent_sha256", "name"),
    )
