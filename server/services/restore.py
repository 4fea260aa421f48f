"""After a disaster: open the next epoch over a restored database (`liuhen restore`).

Order, each step safe to repeat: keep the old head outside; end every session (one that was ended
after the backup would be good again); forget originals whose bytes are gone, so that phones are
asked for them; open the epoch, which is the first new leaf and names the old head and the gap;
apply the revocations that the database lacks. Nothing is served meanwhile: until the epoch is open
the log refuses every other write.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from server.domain.records import Row
from server.services import accounts, ingest, log, queries, rewind, system
from server.services.ingest import Carrier
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage import checkpoint_file, log_store, revocation_file, waiting_store
from server.storage.database import reading, writing
from server.storage.log_store import Head
from server.storage.upload_tables import StoredBlob
from sync_protocol import canonical, epochs, upcast
from sync_protocol.note import Checkpoint

SYSTEM_CARRIER = Carrier("system", system=True)
EMPTY = (
    "the database is empty, and a new epoch keeps at least the log's first leaf, which lies "
    "nowhere else: put a backup back first. Any will do: phones hand back what it lacks"
)
ENDED_STATES = ("revoked", "deactivated")
NOT_REGISTERED = "the restored log does not know them: register and deactivate again"
AGAIN = "恢复后重新停用 · applied again after a restore; first by {op}"


class NothingLostError(RuntimeError):
    """The database is not behind anything we signed: there is nothing to open an epoch for."""


class OtherBranchError(RuntimeError):
    """The database has leaves of an ended epoch that the epoch after it did not keep.

    Whoever followed that one holds other leaves at the same places: to them this log is forged.
    """


@dataclass(frozen=True)
class Restored:
    """What was done: the new origin, what it kept, what it says was lost, and what is left."""

    origin: str
    kept: int
    old: Checkpoint
    sessions: int
    originals: int
    revocations: list[str]


def restore(runtime: Runtime, notes: Sequence[str], reason: str) -> Restored:
    """Open the next epoch; `notes` are further checkpoints somebody kept (a witness, a phone).

    Raises `NothingLostError`, `OtherBranchError`, and `Problem` (`invalid_field`) for a note that
    we did not sign.
    """
    head, old = _what_was_lost(runtime, notes)
    checkpoint_file.keep_ended(runtime.settings.checkpoint_file, _note_of(runtime, notes, old))
    sessions = accounts.end_every_session(runtime)
    originals = forget_missing_originals(runtime)
    epoch = max(head.epoch, epochs.epoch_of(old.origin) or 0) + 1
    body = {
        "epoch": str(epoch),
        "old_origin": old.origin,
        "old_size": old.size,
        "old_root": old.root.hex(),
        "size": head.size,
        "root": head.root,
        "reason": reason,
    }
    checkpoint_file.keep_kept(runtime.settings.checkpoint_file, epoch, head.size)
    system.open_epoch(runtime, body)
    checkpoint_file.drop_contradiction(runtime.settings.checkpoint_file)
    again = apply_revocations(runtime)
    log.publish(runtime)
    return Restored(runtime.origin(epoch), head.size, old, sessions, originals, again)


def _what_was_lost(runtime: Runtime, notes: Sequence[str]) -> tuple[Head, Checkpoint]:
    """Return the head, and the furthest checkpoint of ours that the log does not continue."""
    known = []
    for note in [*notes, *rewind.outside(runtime)]:
        signed = rewind.signed_by_us(runtime, note)
        if signed is not None:
            known.append(signed)
        elif note in notes:
            raise Problem("invalid_field", "This log did not sign that.", field="checkpoint")
    with reading(runtime.engine) as connection:
        head = log_store.head(connection)
        lost = [one for one in known if not rewind.continues(connection, head, one)]
    if head.size == 0:
        raise NothingLostError(EMPTY)
    if not lost:
        raise NothingLostError(
            f"the database ({head.size} leaves, epoch {head.epoch}) is not behind any checkpoint "
            "we know of: nothing was lost, start it as usual"
        )
    furthest = max(lost, key=lambda one: (epochs.epoch_of(one.origin) or 0, one.size))
    _refuse_other_branch(runtime, head, epochs.epoch_of(furthest.origin) or 0)
    return head, furthest


def _refuse_other_branch(runtime: Runtime, head: Head, newest: int) -> None:
    """Raise `OtherBranchError` when an epoch up to the newest known kept less than is here."""
    for epoch in range(head.epoch + 1, newest + 1):
        kept = checkpoint_file.kept_by(runtime.settings.checkpoint_file, epoch)
        if kept is not None and head.size > kept:
            raise OtherBranchError(
                f"this backup has {head.size} leaves of epoch {head.epoch}, but epoch {epoch} went "
                f"on after the first {kept} of them: put back a backup of epoch {epoch} or later, "
                f"or an older one that has at most {kept} leaves"
            )


def _note_of(runtime: Runtime, notes: Sequence[str], old: Checkpoint) -> str:
    found = [*notes, *rewind.outside(runtime)]
    return next(note for note in found if rewind.signed_by_us(runtime, note) == old)


def forget_missing_originals(runtime: Runtime) -> int:
    """Forget what says that bytes are here which the store lacks; return how many."""
    with reading(runtime.engine) as connection:
        stored = connection.execute(select(StoredBlob.space, StoredBlob.sha256)).all()
    gone = [one for one in stored if not runtime.blobs.exists(one.sha256)]
    with writing(runtime.engine) as connection:
        for one in gone:
            is_it = (StoredBlob.space == one.space) & (StoredBlob.sha256 == one.sha256)
            connection.execute(delete(StoredBlob).where(is_it))
    return len(gone)


def apply_revocations(runtime: Runtime) -> list[str]:
    """Bring the revocations outside that the log lacks back into effect; return their targets.

    The very op is taken in again; where it cannot be (its author's own phone was lost, too), the
    system revokes in its place. A phone that the log does not know yet stays out: its revocation
    waits for its enrolment.
    """
    path = revocation_file.path_beside(runtime.settings.checkpoint_file)
    known = revocation_file.read(path)
    with reading(runtime.engine) as connection:
        logged = log_store.logged_ops(connection, known)
    done = []
    for op_id, line in known.items():
        if op_id not in logged:
            wire = {name: line[name] for name in ("header", "body", "salt", "sig")}
            done.append(_revoke_again(runtime, op_id, wire))
    return done


def _revoke_again(runtime: Runtime, op_id: str, wire: dict[str, str]) -> str:
    item = ingest.push(runtime, [wire], SYSTEM_CARRIER)["items"][0]
    header = canonical.decode(wire["header"].encode("utf-8"))
    body = upcast.read_body(header["kind"], wire["header"], wire["body"])
    target = f"person/{body['person']}" if "person" in body else f"chain/{body['target']}"
    machine = target.partition("/")[0]
    present = queries.row(runtime, target)
    if present is None and (
        machine == "person" or _waits_for_target(runtime, item, body["target"])
    ):
        return target if machine == "chain" else f"{target} ({NOT_REGISTERED})"
    if present is None or present["states"][machine]["s"] not in ENDED_STATES:
        space = present["space"] if present else header["space"]
        system.append(runtime, header["kind"], _in_place(body, present, op_id), space=space)
    return target


def _waits_for_target(runtime: Runtime, item: dict[str, Any], chain: str) -> bool:
    """Say whether this revocation, or one in its place, waits for a phone that is not there yet."""
    if item["status"] == "admitted" and item["ruling"]["code"] == "dep_missing":
        return True
    with reading(runtime.engine) as connection:
        waiting = [op_id for op_id, _ in waiting_store.waiting_for(connection, [chain])]
        logged = log_store.logged_ops(connection, waiting)
    return any(one.kind == "chain.revoke" for one in logged.values())


def _in_place(body: dict[str, Any], present: Row | None, op_id: str) -> dict[str, Any]:
    """Return the body by which the system revokes what another op revoked before the restore.

    It waits for a phone that is not there yet: that one is pending from its enrolment on.
    """
    said = {"reason": AGAIN.format(op=op_id)}
    if "person" in body and present is not None:
        return said | {"person": body["person"]} | _taken_from(present["states"]["person"])
    begun = {"op": body["target"], "s": "pending"}
    state = present["states"]["chain"] if present else begun
    return said | {"target": body["target"], "cause": body["cause"]} | _taken_from(state)


def _taken_from(state: dict[str, str]) -> dict[str, str]:
    return {"base": state["op"], "from": state["s"]}
