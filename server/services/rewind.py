"""Is the log behind what this service has signed? Then nothing may be written, and nothing signed.

Invariants:
- Only a checkpoint with our own valid signature is evidence; a forged one changes nothing.
- A log that lacks what we signed is never extended within its epoch: that would be a second history
  under one name. It stops (`RewoundError`), and goes on in a new epoch (`services.restore`).
- What lies outside the database is read *before* the head it is compared with, because other
  workers go on meanwhile.
"""

import logging
from typing import Any

from sqlalchemy import Connection

from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage import checkpoint_file, log_store, tree
from server.storage.database import reading
from server.storage.log_store import Head
from sync_protocol import epochs, merkle
from sync_protocol.note import BadNote, Checkpoint, open_checkpoint, parse_checkpoint

journal = logging.getLogger("liuhen.log")


class RewoundError(RuntimeError):
    """The log lacks leaves that a checkpoint of this service covers: a restore, or a cut."""


def outside(runtime: Runtime) -> list[str]:
    """Return the notes that lie outside the database: the newest, and one presented against us."""
    path = runtime.settings.checkpoint_file
    found = (runtime.outside.read(), checkpoint_file.contradiction(path))
    return [note for note in found if note is not None]


def signed_by_us(runtime: Runtime, note: str) -> Checkpoint | None:
    """Return the checkpoint of a note that we signed, in whichever epoch; `None` for any other."""
    try:
        origin = parse_checkpoint(note).origin
        epoch = epochs.epoch_of(origin, runtime.settings.deployment)
        return open_checkpoint(note, runtime.log_key(epoch)) if epoch else None
    except BadNote:
        return None


def refuse_writes(runtime: Runtime, notes: list[str], head: Head) -> None:
    """Raise `RewoundError` when one of `outside`'s notes shows that the head has been rewound."""
    contradiction = checkpoint_file.contradiction(runtime.settings.checkpoint_file)
    for note in notes:
        if _may_contradict(note, head, always=note == contradiction):
            signed = signed_by_us(runtime, note)
            if signed is not None:
                raise RewoundError(_said(runtime, signed, head))


def _may_contradict(note: str, head: Head, *, always: bool) -> bool:
    """Look at the place only, which is cheap; the signature is asked for when it would matter."""
    try:
        epoch, size = checkpoint_file.place_of(note)
    except BadNote:
        return False  # `verify` reports the file
    return epoch > head.epoch or (epoch == head.epoch and (always or size > head.size))


def _said(runtime: Runtime, signed: Checkpoint, head: Head) -> str:
    return (
        f"the log has {head.size} leaves in epoch {head.epoch}, but a checkpoint we signed "
        f"({signed.origin}, {signed.size} leaves) lies in {runtime.settings.checkpoint_file.parent}"
        ": put a newer backup back, or open a new epoch with `liuhen restore`"
    )


def refuse_start(runtime: Runtime) -> None:
    """Raise `RewoundError` when the log does not continue what lies outside; forget what it does.

    A contradiction that a better backup answered is removed here.
    """
    notes = outside(runtime)
    with reading(runtime.engine) as connection:
        head = log_store.head(connection)
        broken = [one for one in _signed(runtime, notes) if not continues(connection, head, one)]
    if broken:
        raise RewoundError(_said(runtime, broken[0], head))
    if checkpoint_file.contradiction(runtime.settings.checkpoint_file) is not None:
        checkpoint_file.drop_contradiction(runtime.settings.checkpoint_file)


def _signed(runtime: Runtime, notes: list[str]) -> list[Checkpoint]:
    found = (signed_by_us(runtime, note) for note in notes)
    return [one for one in found if one is not None]


def continues(connection: Connection, head: Head, signed: Checkpoint) -> bool:
    """Say whether the log has everything a checkpoint covers, or answered for it with an epoch."""
    epoch = epochs.epoch_of(signed.origin) or epochs.FIRST
    if epoch != head.epoch:
        return epoch < head.epoch
    if signed.size > head.size:
        return False
    return merkle.tree_root(signed.size, tree.nodes(connection, signed.size)) == signed.root


def present(runtime: Runtime, note: str) -> dict[str, Any]:
    """Take a checkpoint that somebody saw. Raise `invalid_field` when we did not sign it, and
    `RewoundError`, having kept it as evidence, when our log does not continue it.
    """
    signed = signed_by_us(runtime, note)
    if signed is None:
        raise Problem("invalid_field", "This log did not sign that.", field="checkpoint")
    with reading(runtime.engine) as connection:
        head = log_store.head(connection)
        if continues(connection, head, signed):
            return {"origin": runtime.origin(head.epoch), "size": head.size}
    checkpoint_file.keep_contradiction(runtime.settings.checkpoint_file, note)
    message = _said(runtime, signed, head)
    journal.error("writing has stopped: %s", message)
    raise RewoundError(message)
