"""Who may ask for what: the one table, and the one place where it is applied.

A request to an endpoint without a row is refused, so a forgotten row shows at once and never opens
anything. A test calls every route as every role. A deactivated person may still bring what was
recorded before (operations and their originals), learn what became of it, and sign out; nothing
else, nothing of others to read but the enrolments of chains whose records they carry.

Authority over *operations* is not here: it is decided per operation when it is ruled.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Request, g, request

from server.domain.records import SYSTEM
from server.services import accounts, evidence, held, queries
from server.services.accounts import Person
from server.services.problem import Problem
from server.services.runtime import Runtime, current_runtime

Arguments = Mapping[str, Any]
Check = Callable[[Runtime, Person, Arguments], None]
ROLES = frozenset({"inspector", "supervisor", "administrator"})


def _any_of_theirs(_runtime: Runtime, _person: Person, _arguments: Arguments) -> None:
    """No further condition."""


def _space(_runtime: Runtime, person: Person, arguments: Arguments) -> None:
    if arguments["space"] not in person.spaces:
        raise Problem("space_forbidden")


def _chain(runtime: Runtime, person: Person, arguments: Arguments) -> None:
    """One's own chain; a supervisor's view of the chains of their jurisdiction."""
    row = queries.row(runtime, f"chain/{arguments['chain']}")
    if row is None:
        raise Problem("not_found")
    owner = row["fields"].get("person", {}).get("v")
    if owner != person.id and not _supervises(person):
        raise Problem("forbidden")
    if owner != person.id and row["space"] not in person.spaces:
        raise Problem("space_forbidden")


def _own_chain(runtime: Runtime, person: Person, arguments: Arguments) -> None:
    """One's own chain and nobody else's."""
    row = queries.row(runtime, f"chain/{arguments['chain']}")
    if row is None:
        raise Problem("not_found")
    if row["fields"].get("person", {}).get("v") != person.id:
        raise Problem("forbidden")


def _entity(runtime: Runtime, person: Person, arguments: Arguments) -> None:
    row = queries.row(runtime, f"{arguments['kind']}/{arguments['id']}")
    if row is None:
        raise Problem("not_found")
    if row["space"] not in person.spaces:
        raise Problem("space_forbidden")


def _inspection(runtime: Runtime, person: Person, arguments: Arguments) -> None:
    _entity(runtime, person, {"kind": "inspection"} | dict(arguments))


def _op(runtime: Runtime, person: Person, arguments: Arguments) -> None:
    """One's own and what was decided on it; the system's where one reads; a supervisor's spaces."""
    entry = queries.op_entry(runtime, arguments["op"])
    if entry is None:
        raise Problem("not_found")
    if person.id in (entry["by"], held.author_decided_on(runtime, entry)):
        return
    if not _supervises(person) and not (person.active and entry["by"] == SYSTEM):
        raise Problem("forbidden")
    if entry["space"] not in person.spaces:
        raise Problem("space_forbidden")


def _supervises(person: Person) -> bool:
    return person.active and person.role == "supervisor"


@dataclass(frozen=True)
class Rule:
    """Which roles, whether a deactivated person too, and on what further condition."""

    roles: frozenset[str] = ROLES
    deactivated: bool = False
    check: Check = _any_of_theirs


PUBLIC = Rule(roles=frozenset())
PERSON = Rule()
CARRIER = Rule(deactivated=True)
ADMINISTRATOR = Rule(roles=frozenset({"administrator"}))
SPACE = Rule(check=_space)
SUPERVISED = Rule(roles=frozenset({"supervisor"}), check=_space)

RULES: dict[str, Rule] = {
    "deployment.show": PUBLIC,
    "session.login": PUBLIC,
    "session.refresh": PUBLIC,
    "session.show": CARRIER,
    "session.end": CARRIER,
    "accounts.create": ADMINISTRATOR,
    "accounts.change_password": PERSON,
    "ops.push": CARRIER,
    "ops.show": Rule(deactivated=True, check=_op),
    "pull.rows": SPACE,
    "pull.rulings": Rule(deactivated=True, check=_chain),
    "pull.held": SUPERVISED,
    "snapshots.show": SPACE,
    "snapshots.part": SPACE,
    "inventories.report": Rule(deactivated=True, check=_own_chain),
    "inventories.devices": SUPERVISED,
    "handbacks.push": CARRIER,
    "handbacks.vouchers": CARRIER,  # enrolments and confirmations only, for whoever holds a record
    "pull.timeline": Rule(check=_entity),
    "log.checkpoint": PUBLIC,
    "log.present": CARRIER,
    "log.genesis": PUBLIC,
    "log.epochs": PUBLIC,
    "log.tile": PUBLIC,
    "log.entries": PUBLIC,
    "log.proof": PUBLIC,  # hashes, as in the tiles: the log is checked before one signs in
    "log.consistency": PUBLIC,
    "enrolments.ticket": PERSON,
    "uploads.options": PUBLIC,
    "uploads.create": CARRIER,
    "uploads.show": CARRIER,
    "uploads.append": CARRIER,
    "uploads.end": CARRIER,
    "blobs.original": SPACE,
    "blobs.thumbnail": SPACE,
    "blobs.screen": SPACE,
    "blobs.images": SPACE,
    "blobs.preview": SPACE,
    "blobs.bring_preview": CARRIER,
    "blobs.missing": SPACE,
    "blobs.own": Rule(deactivated=True, check=_own_chain),
    "recordings.bring": SUPERVISED,
    "recordings.of_space": SUPERVISED,
    "recordings.of_inspection": Rule(check=_inspection),
    "recordings.holds": SUPERVISED,
    "recordings.holds_csv": SUPERVISED,
    "openapi.show": PUBLIC,
    "health.alive": PUBLIC,
    "health.ready": PUBLIC,
    "pages.page": PUBLIC,
}


def authorise() -> None:
    """Refuse the request unless its row allows it; runs before every view."""
    if request.endpoint is None:
        return  # no such route: the router answers
    rule = RULES.get(request.endpoint)
    if rule is PUBLIC:
        return
    runtime = current_runtime()
    person = accounts.signed_in(runtime, bearer_token(request))
    g.person = person
    if rule is None or person.role not in rule.roles:
        raise Problem("forbidden")
    if not person.active and not rule.deactivated:
        raise Problem("forbidden", "The account is deactivated; unsent records can be sent.")
    rule.check(runtime, person, request.view_args or {})


def may_bring(runtime: Runtime, person: Person, space: str, sha256: str) -> None:
    """Refuse an original of a foreign space that no operation there is waiting for.

    Who was transferred, or carries a colleague's records, can so still deliver their photos.
    """
    if person.active and space in person.spaces:
        return
    if not evidence.announced(runtime, space, sha256):
        raise Problem("space_forbidden", field="Upload-Metadata.space")


def bearer_token(asked: Request) -> str:
    """Return the token of a request; raise `unauthenticated` without one."""
    scheme, _, token = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem("unauthenticated")
    return token.strip()


def signed_in() -> Person:
    """Return the person of this request; the table let them in."""
    person: Person = g.person
    return person
