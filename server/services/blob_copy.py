"""Copy every original and small copy into another store, and prove that it is there.

The list is the database's: stores are never listed. What the target has already is read back and
kept, so a broken-off run is begun again and only fetches the rest. The source is not touched;
nothing counts as copied before its bytes were read back from the target and hashed. Missing or
damaged ones are named and the rest goes on.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select, union

from server.services.runtime import Runtime
from server.storage.blob_rules import WrongDigestError
from server.storage.blob_store import BlobStore
from server.storage.database import reading
from server.storage.upload_tables import Derivative, StoredBlob

PAGE = 500
PIECE_BYTES = 1 << 20


@dataclass
class Copied:
    """What a run came to; `problems` has a line for each digest that is not proved there."""

    copied: int = 0
    there: int = 0
    problems: list[str] = field(default_factory=list)


def copy_all(runtime: Runtime, target: BlobStore, tell: Callable[[Copied], None]) -> Copied:
    """Copy what the target lacks and read all of it back; `tell` is called after each one.

    Raises `StoreUnavailableError` when a store goes away; what was copied stays.
    """
    done = Copied()
    with tempfile.TemporaryDirectory(dir=runtime.settings.data_dir) as folder:
        for sha256 in _digests(runtime):
            _bring(runtime.blobs, target, sha256, Path(folder) / sha256, done)
            tell(done)
    return done


def _digests(runtime: Runtime) -> Iterator[str]:
    """Yield every digest the database knows bytes of, in order, a page at a time."""
    made = select(Derivative.output_sha256).where(Derivative.output_sha256.is_not(None))
    known = union(select(StoredBlob.sha256), made).subquery()
    after = ""
    while True:
        column = known.c[0]
        page = select(column).where(column > after).order_by(column).limit(PAGE)
        with reading(runtime.engine) as connection:
            found = list(connection.execute(page).scalars())
        if not found:
            return
        yield from found
        after = found[-1]


def _bring(source: BlobStore, target: BlobStore, sha256: str, staged: Path, done: Copied) -> None:
    was_there = target.exists(sha256)
    problem = "" if was_there else _put(source, target, sha256, staged)
    staged.unlink(missing_ok=True)
    if not problem and _digest_in(target, sha256) != sha256:
        problem = "the target gives other bytes back"
    if problem:
        done.problems.append(f"{sha256}: {problem}")
    elif was_there:
        done.there += 1
    else:
        done.copied += 1


def _put(source: BlobStore, target: BlobStore, sha256: str, staged: Path) -> str:
    """Return why an original can't be copied, "" when it was."""
    try:
        with source.open(sha256) as stream, staged.open("xb") as file:
            while piece := stream.read(PIECE_BYTES):
                file.write(piece)
        target.put_file(staged, sha256)
    except FileNotFoundError:
        return "missing in the source"
    except WrongDigestError:
        return "damaged in the source"
    return ""


def _digest_in(store: BlobStore, sha256: str) -> str:
    with store.open(sha256) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
