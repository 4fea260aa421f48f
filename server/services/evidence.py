"""Which originals are here, for whom, and the log's word that they are verified.

An original is verified for a space once its bytes lie in the blob store, hashed by the server, and
an admitted op of that space refers to them; then the system appends `blob.verified`, which creates
the row `blob/<space>-<sha256>`. Both halves come in any order, so this is derived from state:
`settle` asks what is missing; it may be called at any time, by several. Bytes never gate an op.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

from sqlalchemy import Update, delete, select, update

from server.domain.projection import FOLLOWING
from server.services import queries, system
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage import log_store
from server.storage.bulk import insert_unless_there, one_of
from server.storage.claims import claimed
from server.storage.database import reading, writing
from server.storage.log_tables import BlobRef, Op
from server.storage.upload_tables import MISSING, SeenImage, StoredBlob
from sync_protocol import kinds

SETTLED_AT_ONCE = 200
logger = logging.getLogger("liuhen.evidence")


def blob_stored(
    runtime: Runtime,
    space: str,
    sha256: str,
    size_bytes: int,
    media_type: str,
    done: Update | None = None,
) -> None:
    """Note that the bytes lie in the blob store for a space, and settle what waited for them.

    `done` is written in the same transaction.
    """
    values = {
        "sha256": sha256,
        "space": space,
        "size_bytes": size_bytes,
        "media_type": media_type,
        "stored_at_ms": runtime.clock.now_ms(),
        "settled": False,
    }
    noting = insert_unless_there(runtime.engine.dialect.name, StoredBlob, values)
    noted = noting.returning(StoredBlob.sha256)  # nothing when a parallel upload was first
    not_there = (SeenImage.sha256 == sha256) & (SeenImage.state == MISSING)
    with writing(runtime.engine) as connection:
        is_new = connection.execute(noted).first() is not None
        connection.execute(delete(SeenImage).where(not_there))  # it can be looked at now
        if done is not None:
            connection.execute(done)
    if is_new:
        _share_where_announced(runtime, sha256)
    settle(runtime)


def share_followed(runtime: Runtime, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Let originals that followed their hazard count where they went.

    The bytes are one file whatever the space; nothing is sent again. What is not here yet is
    shared when it comes (`blob_stored`).
    """
    for body in bodies:
        for ref in kinds.blob_refs(FOLLOWING, body):
            _share(runtime, body["to"], ref["sha256"])


def _share(runtime: Runtime, space: str, sha256: str) -> None:
    if holds(runtime, space, sha256) or not announced(runtime, space, sha256):
        return
    with reading(runtime.engine) as connection:
        query = select(StoredBlob.size_bytes, StoredBlob.media_type)
        stored = connection.execute(query.where(StoredBlob.sha256 == sha256).limit(1)).first()
    if stored is not None:
        blob_stored(runtime, space, sha256, stored.size_bytes, stored.media_type)


def _share_where_announced(runtime: Runtime, sha256: str) -> None:
    """Share bytes that came late with each bureau that their photo followed a hazard to."""
    with reading(runtime.engine) as connection:
        bureaus = [one.partition("/")[2] for one in log_store.rows_of_kind(connection, "bureau")]
        referred = select(BlobRef.space).join(Op, Op.op_id == BlobRef.op_id)
        following = (Op.kind == FOLLOWING, BlobRef.sha256 == sha256, BlobRef.space.in_(bureaus))
        spaces = set(connection.execute(referred.where(*following)).scalars())
    for space in sorted(spaces):
        _share(runtime, space, sha256)


def holds(runtime: Runtime, space: str, sha256: str) -> bool:
    """Say whether these bytes are stored for this space."""
    with reading(runtime.engine) as connection:
        return (
            connection.execute(
                select(StoredBlob.sha256).where(
                    StoredBlob.sha256 == sha256, StoredBlob.space == space
                )
            ).first()
            is not None
        )


def can_give(runtime: Runtime, space: str, sha256: str) -> bool:
    """Say whether these bytes are stored for this space and still lie in the store.

    Whoever still has what was lost can so bring it again.
    """
    return holds(runtime, space, sha256) and runtime.blobs.exists(sha256)


def verified_of(runtime: Runtime, chain: str, space: str, digests: Sequence[str]) -> list[str]:
    """Return those of the originals that an op of the chain announced in a space and the log says
    are verified there: what their author may know, also of a space they no longer read.
    """
    with reading(runtime.engine) as connection:
        announced_here = (
            select(BlobRef.sha256)
            .join(Op, Op.op_id == BlobRef.op_id)
            .where(Op.chain == chain, BlobRef.space == space)
            .where(one_of(connection, BlobRef.sha256, digests))
        )
        own = set(connection.execute(announced_here).scalars())
        rows = log_store.rows(connection, [f"blob/{space}-{one}" for one in own])
    return sorted(one for one in own if f"blob/{space}-{one}" in rows)


def announced(runtime: Runtime, space: str, sha256: str) -> bool:
    """Say whether an admitted op of this space refers to these bytes."""
    with reading(runtime.engine) as connection:
        found = select(BlobRef.op_id).where(BlobRef.space == space, BlobRef.sha256 == sha256)
        return connection.execute(found.limit(1)).first() is not None


def settle(runtime: Runtime) -> int:
    """Append `blob.verified` for what is stored, referred to and not settled; return how many."""
    count = 0
    while done := _settle_some(runtime):
        count += done
    return count


def _settle_some(runtime: Runtime) -> int:
    referred = (
        select(BlobRef.op_id)
        .where(BlobRef.space == StoredBlob.space, BlobRef.sha256 == StoredBlob.sha256)
        .exists()
    )
    wanted = (
        select(StoredBlob.space, StoredBlob.sha256, StoredBlob.size_bytes, StoredBlob.media_type)
        .where(StoredBlob.settled.is_(False), referred)
        .order_by(StoredBlob.stored_at_ms, StoredBlob.sha256)
        .limit(SETTLED_AT_ONCE)
    )
    with claimed(runtime.engine, "settle", wanted) as (rows, write):
        _verify(runtime, rows)
        for row in rows:
            found = (StoredBlob.space == row.space, StoredBlob.sha256 == row.sha256)
            write(update(StoredBlob).where(*found).values(settled=True))
    return len(rows)


def _verify(runtime: Runtime, stored: Sequence[Any]) -> None:
    """Append the ops whose row is not there: a crash may have come between row and mark."""
    missing = {}
    for each in stored:
        blob = f"{each.space}-{each.sha256}"
        if queries.row(runtime, f"blob/{blob}") is None:
            said = {"sha256": each.sha256, "size_bytes": each.size_bytes}
            body = said | {"blob": blob, "media_type": each.media_type}
            missing[blob] = ("blob.verified", body, each.space)
    items = system.append_all(runtime, list(missing.values())) if missing else []
    for blob, item in zip(missing, items, strict=True):
        if queries.row(runtime, f"blob/{blob}") is None:
            raise RuntimeError(f"blob.verified of {blob} had no effect: {item}")


def original(runtime: Runtime, space: str, sha256: str) -> tuple[str, int, BinaryIO]:
    """Return (media type, size, stream) of an original of a space.

    Raises `not_found`, and `unavailable` where the store lacks what it was given.
    """
    blob = _stored(runtime, space, sha256)
    try:
        return blob.media_type, blob.size_bytes, runtime.blobs.open(sha256)
    except FileNotFoundError:
        logger.warning("the original %s is not in the store", sha256)
        raise Problem("unavailable", "The original is not in the store now.") from None


def link(runtime: Runtime, space: str, sha256: str) -> dict[str, Any] | None:
    """Return where a browser fetches an original itself, None where it can't; raise `not_found`.

    The link is good for whoever holds it, and for a minute.
    """
    if runtime.links is None:
        return None
    blob = _stored(runtime, space, sha256)
    address = runtime.links.link(sha256)
    return {"url": address, "media_type": blob.media_type, "size_bytes": blob.size_bytes}


def _stored(runtime: Runtime, space: str, sha256: str) -> Any:
    query = select(StoredBlob.media_type, StoredBlob.size_bytes)
    with reading(runtime.engine) as connection:
        blob = connection.execute(
            query.where(StoredBlob.sha256 == sha256, StoredBlob.space == space)
        ).first()
    if blob is None:
        raise Problem("not_found")
    return blob
