"""A folder and a bucket of a real S3 server, behind one face: `Place`."""

import hashlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Protocol

import pytest

from server.config import Retention
from server.storage.blob_rules import StoreUnavailableError
from server.storage.blob_store import BlobStore, blob_store
from tests.support.object_store import BUCKET, REGION, ObjectStore

INTERRUPTED_AT_BYTES = 10 << 20
Make = Callable[[bytes], Path]


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Place(Protocol):
    """What the suite needs of a kind of store beside the store itself."""

    def open(self) -> BlobStore:
        """Open the same store anew; closed at the end."""

    def names(self) -> list[str]:
        """Return every name in the store, seen from outside."""

    def interrupt_put(self, content: bytes) -> None:
        """Begin to put some 20 MiB and break off in the middle."""


@pytest.fixture
def s3_prefix(request: pytest.FixtureRequest) -> str:
    """A prefix of this test's own."""
    return f"{os.getpid()}/{sha256_of(request.node.nodeid.encode())[:16]}"


class Folder:
    """A folder on a disk; interrupted puts come from another file system and die of a limit."""

    def __init__(self, folder: Path) -> None:
        self._root = folder / "blobs"

    def open(self) -> BlobStore:
        return blob_store(f"file:{self._root}")

    def names(self) -> list[str]:
        return [path.name for path in self._root.rglob("*") if path.is_file()]

    def interrupt_put(self, content: bytes) -> None:
        source = Path("/dev/shm") / f"liuhen-{os.getpid()}"
        self._root.mkdir(exist_ok=True)
        try:
            source.write_bytes(content)
            assert source.stat().st_dev != self._root.stat().st_dev, "or it would only be linked"
            script = (
                "import signal, sys, pathlib, server.storage.blob_store as b;"
                "signal.signal(signal.SIGXFSZ, signal.SIG_DFL);"  # Python would rather raise
                "b.blob_store(sys.argv[1]).put_file(pathlib.Path(sys.argv[2]), sys.argv[3])"
            )
            arguments = [f"file:{self._root}", str(source), sha256_of(content)]
            done = subprocess.run(
                [sys.executable, "-c", script, *arguments], preexec_fn=_dies_at_the_limit
            )
            assert done.returncode == -signal.SIGXFSZ
        finally:
            source.unlink()


def _dies_at_the_limit() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (INTERRUPTED_AT_BYTES, INTERRUPTED_AT_BYTES))


class Bucket:
    """A prefix of a bucket; interrupted puts go over a line that breaks."""

    def __init__(
        self,
        server: ObjectStore,
        prefix: str,
        source: Path,
        name: str = BUCKET,
        retention: Retention | None = None,
    ) -> None:
        self._server = server
        self._prefix = prefix
        self._source = source
        self._name = name
        self._retention = retention
        self._opened: list[BlobStore] = []

    def open(self) -> BlobStore:
        return self._over(self._server.url)

    def names(self) -> list[str]:
        with closing(self._server.client()) as client:
            listed = client.list_objects_v2(Bucket=self._name, Prefix=f"{self._prefix}/")
        keys = [item["Key"] for item in listed.get("Contents", [])]
        return [key.rpartition("/")[2] for key in keys if "/probe/" not in key]

    def interrupt_put(self, content: bytes) -> None:
        self._source.write_bytes(content)
        with closing(self._server.line()) as line:
            store = self._over(line.url)
            line.break_after("up", INTERRUPTED_AT_BYTES)
            with pytest.raises(StoreUnavailableError):
                store.put_file(self._source, sha256_of(content))

    def close(self) -> None:
        for store in self._opened:
            store.close()

    def _over(self, url: str) -> BlobStore:
        address = f"s3://{self._name}/{self._prefix}"
        self._opened.append(blob_store(address, url, REGION, self._retention))
        return self._opened[-1]


@pytest.fixture
def lockable(s3_keys: ObjectStore) -> str:
    """The name of a bucket with object lock."""
    with (
        closing(s3_keys.client()) as client,
        suppress(client.exceptions.BucketAlreadyOwnedByYou, client.exceptions.BucketAlreadyExists),
    ):
        client.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    return "locked"


@pytest.fixture(params=["folder", "bucket", "locked bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Each kind of store in turn."""
    if request.param == "folder":
        yield Folder(tmp_path)
        return
    server = request.getfixturevalue("s3_keys")
    prefix, source = request.getfixturevalue("s3_prefix"), tmp_path / "interrupted"
    bucket = Bucket(server, prefix, source)
    if request.param == "locked bucket":
        name = request.getfixturevalue("lockable")
        bucket = Bucket(server, prefix, source, name, Retention("governance", 1))
    yield bucket
    bucket.close()


@pytest.fixture
def store(place: Place) -> BlobStore:
    return place.open()


@pytest.fixture
def finished(tmp_path: Path) -> Make:
    """`finished(content) -> path` of an upload that is whole."""
    made: list[Path] = []

    def make(content: bytes) -> Path:
        made.append(tmp_path / f"upload-{len(made)}.part")
        made[-1].write_bytes(content)
        return made[-1]

    return make
