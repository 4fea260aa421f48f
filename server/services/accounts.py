"""Who may sign in: passwords, sessions, and the lock after too many failures.

Invariants:
- Nothing here tells an unknown login from a wrong password: same code, same work (one argon2
  verification), same lock after `login_failures`.
- A failure is counted *before* the password is looked at, so that parallel guesses can't exceed
  the limit.
- Tokens are 256 random bits, stored as SHA-256. A refresh starts a new pair in the same family;
  the old refresh token stays good for `GRACE_MS` (a reply may have been lost) and, used after
  that, revokes the family: either its owner or a thief has an old copy.

Not here: what a person may do (`web/access.py`) and who a person is (the log).
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import bindparam, case, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert_postgresql
from sqlalchemy.dialects.sqlite import insert as upsert_sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from server.services import queries
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage import log_store
from server.storage.account_tables import Account, AccountSession, LoginFailures
from server.storage.database import reading, writing
from sync_protocol.rules import LIMITS

GRACE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
LOCK_MS = LIMITS["login_lock_minutes"] * 60_000
PASSWORD_MAX_CHARACTERS = 128
LOGIN_PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")

# OWASP's least for argon2id: 19 MiB, two rounds, one lane. The library's 64 MiB times every thread
# that checks a password at once is more memory than a worker has.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@dataclass(frozen=True)
class Person:
    """A signed-in person as the log has them now."""

    id: str
    name: str
    role: str
    bureau: str
    active: bool
    spaces: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return the person as the session documents show them."""
        shown = {"id": self.id, "name": self.name, "role": self.role, "bureau": self.bureau}
        return shown | {"active": self.active, "spaces": list(self.spaces)}


def create_account(runtime: Runtime, login: str, password: str, person_id: str) -> None:
    """Add an account for a person of the log; raise `conflict` when login or person has one."""
    check_login(login)
    check_password(password)
    if queries.row(runtime, f"person/{person_id}") is None:
        raise Problem("invalid_field", "There is no such person.", field="person")
    values = {
        "login": login,
        "person_id": person_id,
        "password_hash": _hasher.hash(password),
        "created_at_ms": runtime.clock.now_ms(),
    }
    try:
        with writing(runtime.engine) as connection:
            connection.execute(insert(Account).values(values))
    except IntegrityError:
        raise Problem("conflict", "The login is taken, or the person has an account.") from None


def check_login(login: str) -> None:
    """Raise `invalid_field` unless a login can be typed on any keyboard and read out aloud."""
    if not LOGIN_PATTERN.fullmatch(login):
        raise Problem("invalid_field", "2 to 40 of a-z 0-9 . _ -", field="login")


def check_password(password: str, field: str = "password") -> None:
    """Raise `invalid_field` unless a new password is long enough to be worth having."""
    least = LIMITS["password_min_characters"]
    if not least <= len(password) <= PASSWORD_MAX_CHARACTERS:
        span = f"{least} to {PASSWORD_MAX_CHARACTERS} characters"
        raise Problem("invalid_field", span, field=field)


def set_password(runtime: Runtime, login: str, password: str) -> None:
    """Replace a password, end every session of the person and lift the lock."""
    check_password(password)
    password_hash = _hasher.hash(password)
    with writing(runtime.engine) as connection:
        changed = connection.execute(
            update(Account)
            .where(Account.login == login)
            .values(password_hash=password_hash)
            .returning(Account.person_id)
        ).scalar()
        if changed is None:
            raise Problem("not_found", "There is no such account.")
        connection.execute(delete(AccountSession).where(AccountSession.person_id == changed))
        connection.execute(delete(LoginFailures).where(LoginFailures.login == login))


def end_every_session(runtime: Runtime) -> int:
    """End all sessions; return how many there were. Everybody signs in again."""
    with writing(runtime.engine) as connection:
        return int(connection.execute(delete(AccountSession)).rowcount)


def change_password(runtime: Runtime, person: Person, current: str, new: str) -> None:
    """Replace one's own password; the present one is asked for, and guessing it locks as well."""
    with reading(runtime.engine) as connection:
        login = connection.execute(
            select(Account.login).where(Account.person_id == person.id)
        ).scalar_one()
    check_password(new, "new_password")
    _verified_person_id(runtime, login, current)
    set_password(runtime, login, new)


def list_accounts(runtime: Runtime) -> list[tuple[str, str]]:
    """Return (login, person id) of every account, by login."""
    with reading(runtime.engine) as connection:
        rows = connection.execute(select(Account.login, Account.person_id).order_by(Account.login))
        return [(row.login, row.person_id) for row in rows]


def person_of_login(runtime: Runtime, login: str) -> str:
    """Return the person id of an account; raise `not_found` without one."""
    with reading(runtime.engine) as connection:
        found = connection.execute(select(Account.person_id).where(Account.login == login)).scalar()
    if found is None:
        raise Problem("not_found", "There is no such account.")
    return str(found)


def login(runtime: Runtime, login: str, password: str) -> dict[str, Any]:
    """Return a new session document; raise `wrong_credentials` or `account_locked`."""
    person_id = _verified_person_id(runtime, login, password)
    with writing(runtime.engine) as connection:
        tokens = _new_pair(runtime, connection, person_id, secrets.token_hex(16))
    return tokens | {"person": person(runtime, person_id).document()}


def _verified_person_id(runtime: Runtime, login: str, password: str) -> str:
    """Return whose password this is, counting the attempt first."""
    possible = LOGIN_PATTERN.fullmatch(login) is not None
    key = login if possible else sha256_of(login)
    _count_attempt(runtime, key)
    with reading(runtime.engine) as connection:
        account = connection.execute(
            select(Account.person_id, Account.password_hash).where(Account.login == key)
        ).first()
    expected = account.password_hash if account else _hash_of_nobody()
    if not _matches(expected, password) or account is None:
        raise Problem("wrong_credentials")
    with writing(runtime.engine) as connection:
        connection.execute(delete(LoginFailures).where(LoginFailures.login == key))
    return str(account.person_id)


@cache
def _hash_of_nobody() -> str:
    """Return a hash to verify against when there is no account, made with today's parameters."""
    return _hasher.hash(secrets.token_urlsafe(16))


def _matches(expected: str, password: str) -> bool:
    try:
        return _hasher.verify(expected, password[: PASSWORD_MAX_CHARACTERS + 1])
    except VerificationError:
        return False


def _count_attempt(runtime: Runtime, key: str) -> None:
    """Count one attempt as failed until it succeeds; raise `account_locked` beyond the limit."""
    now = runtime.clock.now_ms()
    with writing(runtime.engine) as connection:
        connection.execute(delete(LoginFailures).where(LoginFailures.last_at_ms <= now - LOCK_MS))
        upsert = upsert_sqlite if connection.dialect.name == "sqlite" else upsert_postgresql
        beyond = LIMITS["login_failures"] + 1
        counted = case((LoginFailures.failures < beyond, LoginFailures.failures + 1), else_=beyond)
        last = case((LoginFailures.failures < beyond - 1, now), else_=LoginFailures.last_at_ms)
        row = connection.execute(
            upsert(LoginFailures)
            .values(login=key, failures=1, last_at_ms=now)
            .on_conflict_do_update(
                index_elements=["login"], set_={"failures": counted, "last_at_ms": last}
            )
            .returning(LoginFailures.failures, LoginFailures.last_at_ms)
        ).one()
    if row.failures >= beyond:
        wait_s = max(1, (row.last_at_ms + LOCK_MS - now + 999) // 1000)
        raise Problem("account_locked", retry_after_s=wait_s)


def refresh(runtime: Runtime, refresh_token: str) -> dict[str, Any]:
    """Return new tokens for an old refresh token; raise `unauthenticated` or `session_expired`."""
    now = runtime.clock.now_ms()
    digest = sha256_of(refresh_token)
    stolen = False
    with writing(runtime.engine) as connection:
        old = connection.execute(
            select(AccountSession.__table__)
            .where(AccountSession.refresh_sha256 == digest)
            .with_for_update()
        ).first()
        if old is None:
            raise Problem("unauthenticated")
        if old.refresh_expires_ms <= now:
            raise Problem("session_expired")
        stolen = old.rotated_at_ms is not None and old.rotated_at_ms + GRACE_MS < now
        if stolen:
            _revoke_family(connection, old.family)
        else:
            tokens = _rotate(runtime, connection, old)
    if stolen:
        raise Problem("unauthenticated", "The refresh token was used before; sign in again.")
    return tokens | {"person": person(runtime, old.person_id).document()}


def _rotate(runtime: Runtime, connection: Connection, old: Any) -> dict[str, Any]:
    now = runtime.clock.now_ms()
    if old.rotated_at_ms is None:
        connection.execute(
            update(AccountSession)
            .where(AccountSession.access_sha256 == old.access_sha256)
            .values(rotated_at_ms=now)
        )
    _forget_expired(connection, now)
    return _new_pair(runtime, connection, old.person_id, old.family)


def logout(runtime: Runtime, access_token: str) -> None:
    """End the session this token belongs to, with every pair of its family."""
    with writing(runtime.engine) as connection:
        family = connection.execute(
            select(AccountSession.family).where(
                AccountSession.access_sha256 == sha256_of(access_token)
            )
        ).scalar()
        _revoke_family(connection, family)


def _revoke_family(connection: Connection, family: str | None) -> None:
    connection.execute(delete(AccountSession).where(AccountSession.family == family))


def _forget_expired(connection: Connection, now_ms: int) -> None:
    """Drop pairs a day after their end; until then they can still be told from unknown ones."""
    ended = AccountSession.refresh_expires_ms <= now_ms - DAY_MS
    connection.execute(delete(AccountSession).where(ended))


def _new_pair(
    runtime: Runtime, connection: Connection, person_id: str, family: str
) -> dict[str, Any]:
    now = runtime.clock.now_ms()
    access, refresh_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    expires = {
        "access_expires_ms": now + runtime.settings.access_token_hours * HOUR_MS,
        "refresh_expires_ms": now + runtime.settings.refresh_token_days * DAY_MS,
    }
    connection.execute(
        insert(AccountSession).values(
            access_sha256=sha256_of(access),
            refresh_sha256=sha256_of(refresh_token),
            family=family,
            person_id=person_id,
            **expires,
        )
    )
    return {"access_token": access, "refresh_token": refresh_token, "now_ms": now} | expires


def signed_in(runtime: Runtime, access_token: str) -> Person:
    """Return whose token this is; raise `unauthenticated` or `session_expired`."""
    with reading(runtime.engine) as connection:
        found = connection.execute(_SESSION, {"token": sha256_of(access_token)}).first()
        if found is None:
            raise Problem("unauthenticated")
        now = runtime.clock.now_ms()
        replaced = found.rotated_at_ms is not None and found.rotated_at_ms + GRACE_MS < now
        if replaced or found.access_expires_ms <= now:
            raise Problem("session_expired")
        return _person(connection, found.person_id)


_SESSION = select(
    AccountSession.person_id, AccountSession.access_expires_ms, AccountSession.rotated_at_ms
).where(AccountSession.access_sha256 == bindparam("token"))


def person(runtime: Runtime, person_id: str) -> Person:
    """Return a person as the log has them; raise `unauthenticated` for one it does not know."""
    with reading(runtime.engine) as connection:
        return _person(connection, person_id)


def _person(connection: Connection, person_id: str) -> Person:
    entity = f"person/{person_id}"
    found = log_store.rows(connection, [entity]).get(entity)
    if found is None:
        raise Problem("unauthenticated", "The account's person is not in the log.")
    row = msgspec.json.decode(found[1], type=dict[str, Any])
    fields = row["fields"]
    return Person(
        id=person_id,
        name=fields["name"]["v"],
        role=fields["role"]["v"],
        bureau=fields["bureau"]["v"],
        active=row["states"]["person"]["s"] == "active",
        spaces=tuple(queries.readable_spaces(connection, row)),
    )


def sha256_of(token: str) -> str:
    """Return what is stored of a token: hex SHA-256 of its text."""
    return hashlib.sha256(token.encode()).hexdigest()
