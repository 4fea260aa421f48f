"""Accounts, sessions, sign-in failures and enrolment tickets: the state outside the log.

Secrets are never stored: passwords as argon2id hashes, tokens and tickets as SHA-256 of 256 random
bits. Who a person is (name, role, bureau) is not here; it came in by the log.
"""

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.database import db

NOT_LOG_BACKED = {
    "accounts": "logins and password hashes; whose they are is in the log",
    "login_failures": "counters of a lock that ends by itself",
    "sessions": "hashes of tokens that expire",
    "enrolment_tickets": "hashes of one-time codes; what one brought about is in the log",
}


class Account(db.Model):
    """A login and its password, for one person of the log."""

    __tablename__ = "accounts"

    login: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(80), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    created_at_ms: Mapped[int] = mapped_column(BigInteger)


class LoginFailures(db.Model):
    """Failed sign-ins in a row for a login, whether or not such an account exists."""

    __tablename__ = "login_failures"

    login: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(BigInteger)
    last_at_ms: Mapped[int] = mapped_column(BigInteger)


class AccountSession(db.Model):
    """One pair of tokens; a rotation adds a pair to the same family and marks the old one."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_refresh_expires_ms", "refresh_expires_ms"),)

    access_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    refresh_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    family: Mapped[str] = mapped_column(String(32), index=True)
    person_id: Mapped[str] = mapped_column(String(80), index=True)
    access_expires_ms: Mapped[int] = mapped_column(BigInteger)
    refresh_expires_ms: Mapped[int] = mapped_column(BigInteger)
    rotated_at_ms: Mapped[int | None] = mapped_column(BigInteger)


class EnrolmentTicket(db.Model):
    """A one-time code that lets the system countersign one phone of one person."""

    __tablename__ = "enrolment_tickets"

    ticket_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(80), index=True)
    expires_at_ms: Mapped[int] = mapped_column(BigInteger)
    used_for_chain: Mapped[str | None] = mapped_column(String(64))
