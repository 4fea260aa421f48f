"""The acceptance suite of a blob store: every implementation passes all of it."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.storage.blob_store import BlobStore, blob_store

CONTENT = b"evidence " * 10_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
Make = Callable[[bytes], Path]


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return blob_store(f"file:{tmp_path / 'blobs'}")


@pytest.fixture
def finished(tmp_path: Path) -> Make:
    """`finished(content) -> path` of an upload that is whole."""
    made: list[Path] = []

    def make(content: bytes) -> Path:
        made.append(tmp_path / f"upload-{len(made)}.part")
        made[-1].write_bytes(content)
        return made[-1]

    return make


def test_what_was_put_comes_back_byte_for_byte(store: BlobStore, finished: Make) -> None:
    store.put_file(finished(CONTENT), DIGEST)
    with store.open(DIGEST) as stream:
        assert stream.read() == CONTENT
    assert store.exists(DIGEST)
    assert store.size(DIGEST) == len(CONTENT)


def test_what_is_not_there_is_said_to_be_missing(store: BlobStore) -> None:
    assert not store.exists(DIGEST)
    with pytest.raises(FileNotFoundError):
        store.open(DIGEST)
    with pytest.raises(FileNotFoundError):
        store.size(DIGEST)


def test_putting_a_digest_again_changes_nothing(store: BlobStore, finished: Make) -> None:
    store.put_file(finished(CONTENT), DIGEST)
    store.put_file(finished(b"something else"), DIGEST)
    with store.open(DIGEST) as stream:
        assert stream.read() == CONTENT


def test_the_upload_may_be_removed_afterwards(store: BlobStore, finished: Make) -> None:
    upload = finished(CONTENT)
    store.put_file(upload, DIGEST)
    assert upload.exists()
    upload.unlink()
    with store.open(DIGEST) as stream:
        assert stream.read() == CONTENT


def test_sixteen_who_bring_the_same_bytes_meet_in_one(store: BlobStore, finished: Make) -> None:
    uploads = [finished(CONTENT) for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda path: store.put_file(path, DIGEST), uploads))
    with store.open(DIGEST) as stream:
        assert stream.read() == CONTENT


@pytest.mark.parametrize("name", ["", "../" * 22, "A" * 64, "0" * 63, "0" * 63 + "/"])
def test_a_name_that_is_no_digest_reaches_nothing(store: BlobStore, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.exists(name)


def test_an_unfinished_copy_is_never_seen_as_an_original(
    store: BlobStore, finished: Make, tmp_path: Path
) -> None:
    store.put_file(finished(CONTENT), DIGEST)
    files = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert [path.name for path in files] == [DIGEST]


def test_an_address_of_an_unknown_store_is_refused() -> None:
    with pytest.raises(ValueError, match="not in ftp"):
        blob_store("ftp:somewhere")
