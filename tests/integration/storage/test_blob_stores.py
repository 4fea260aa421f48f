"""The acceptance suite of a blob store: a folder and a bucket both pass all of it."""

import hashlib
import io
import random
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from server.storage.blob_rules import WrongDigestError
from server.storage.blob_store import BlobStore, blob_store

CONTENT = b"evidence " * 10_000
LARGE = random.Random(20).randbytes((20 << 20) + 1)
MEMORY_BYTES = 4 << 20
Make = Callable[[bytes], Path]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


DIGEST = digest(CONTENT)


def read(store: BlobStore, sha256: str) -> bytes:
    with store.open(sha256) as stream:
        return stream.read()


def test_what_was_put_comes_back_byte_for_byte(store: BlobStore, finished: Make) -> None:
    store.put_file(finished(CONTENT), DIGEST)
    assert read(store, DIGEST) == CONTENT
    assert store.exists(DIGEST)
    assert store.size(DIGEST) == len(CONTENT)


@pytest.mark.parametrize("size_bytes", [0, 1, 8 << 20, (8 << 20) + 1, 16 << 20])
def test_every_size_comes_back(store: BlobStore, finished: Make, size_bytes: int) -> None:
    content = LARGE[:size_bytes]
    store.put_file(finished(content), digest(content))
    assert read(store, digest(content)) == content
    assert store.size(digest(content)) == size_bytes


def test_what_was_put_is_there_after_opening_the_store_anew(place: Any, finished: Make) -> None:
    before = place.open()
    before.put_file(finished(CONTENT), DIGEST)
    before.close()
    assert read(place.open(), DIGEST) == CONTENT


def test_what_is_not_there_is_said_to_be_missing(store: BlobStore) -> None:
    assert not store.exists(DIGEST)
    with pytest.raises(FileNotFoundError):
        store.open(DIGEST)
    with pytest.raises(FileNotFoundError):
        store.size(DIGEST)


@pytest.mark.parametrize("content", [CONTENT, LARGE], ids=["small", "large"])
def test_the_same_bytes_twice_are_one_original(
    store: BlobStore, place: Any, finished: Make, content: bytes
) -> None:
    store.put_file(finished(content), digest(content))
    store.put_file(finished(content), digest(content))
    assert place.names() == [digest(content)]
    assert read(store, digest(content)) == content


def test_what_was_removed_is_missing_and_may_be_put_again(
    store: BlobStore, place: Any, finished: Make
) -> None:
    store.remove(DIGEST)
    store.put_file(finished(CONTENT), DIGEST)
    store.remove(DIGEST)
    assert place.names() == []
    assert not store.exists(DIGEST)
    store.put_file(finished(CONTENT), DIGEST)
    assert read(store, DIGEST) == CONTENT


@pytest.mark.parametrize("content", [CONTENT, LARGE], ids=["small", "large"])
def test_bytes_under_a_wrong_digest_are_refused_and_nothing_is_stored(
    store: BlobStore, place: Any, finished: Make, content: bytes
) -> None:
    with pytest.raises(WrongDigestError):
        store.put_file(finished(content), digest(b"something else"))
    assert place.names() == []


def test_bytes_under_the_digest_of_an_original_do_not_replace_it(
    store: BlobStore, finished: Make
) -> None:
    store.put_file(finished(CONTENT), DIGEST)
    with pytest.raises(WrongDigestError):
        store.put_file(finished(b"something else"), DIGEST)
    assert read(store, DIGEST) == CONTENT


def test_the_upload_stays_and_may_be_removed_afterwards(store: BlobStore, finished: Make) -> None:
    upload = finished(CONTENT)
    store.put_file(upload, DIGEST)
    assert upload.read_bytes() == CONTENT
    upload.unlink()
    assert read(store, DIGEST) == CONTENT


@pytest.mark.parametrize("content", [CONTENT, LARGE[: 9 << 20]], ids=["small", "in parts"])
def test_sixteen_who_bring_the_same_bytes_meet_in_one(
    place: Any, finished: Make, content: bytes
) -> None:
    stores = [place.open(), place.open()]
    uploads = [(finished(content), stores[number % 2]) for number in range(16)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda put: put[1].put_file(put[0], digest(content)), uploads))
    assert place.names() == [digest(content)]
    assert read(stores[0], digest(content)) == content


def test_a_large_original_passes_in_bounded_memory(store: BlobStore, finished: Make) -> None:
    upload, found = finished(LARGE), hashlib.sha256()
    tracemalloc.start()
    try:
        store.put_file(upload, digest(LARGE))
        with store.open(digest(LARGE)) as stream:
            while piece := stream.read(1 << 16):
                found.update(piece)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.hexdigest() == digest(LARGE)
    assert peak_bytes < MEMORY_BYTES


def test_an_original_can_be_jumped_in_as_decoders_do(store: BlobStore, finished: Make) -> None:
    store.put_file(finished(LARGE), digest(LARGE))
    with store.open(digest(LARGE)) as stream:
        for at in (15 << 20, 3, len(LARGE) - 5, len(LARGE)):
            assert stream.seek(at) == at
            assert stream.read(10) == LARGE[at : at + 10]
        assert stream.seek(-1, io.SEEK_END) == len(LARGE) - 1


def test_a_picture_is_decoded_from_the_stream(store: BlobStore, finished: Make) -> None:
    out = io.BytesIO()
    Image.effect_noise((900, 700), 40).convert("RGB").save(out, "JPEG", progressive=True)
    store.put_file(finished(out.getvalue()), digest(out.getvalue()))
    with store.open(digest(out.getvalue())) as stream, Image.open(stream) as shown:
        expected = Image.open(io.BytesIO(out.getvalue()))
        assert shown.tobytes() == expected.tobytes()


def test_a_put_that_broke_off_leaves_nothing_to_be_seen(
    store: BlobStore, place: Any, finished: Make
) -> None:
    place.interrupt_put(LARGE)
    assert not store.exists(digest(LARGE))
    with pytest.raises(FileNotFoundError):
        store.open(digest(LARGE))
    assert digest(LARGE) not in place.names()
    store.put_file(finished(LARGE), digest(LARGE))
    assert read(store, digest(LARGE)) == LARGE


@pytest.mark.parametrize("name", ["", "../" * 22, "A" * 64, "0" * 63, "0" * 63 + "/", "٣" * 64])
def test_a_name_that_is_no_digest_reaches_nothing(
    store: BlobStore, place: Any, finished: Make, name: str
) -> None:
    asking: list[Callable[[], object]] = [
        lambda: store.exists(name),
        lambda: store.size(name),
        lambda: store.open(name),
        lambda: store.put_file(finished(CONTENT), name),
    ]
    for ask in asking:
        with pytest.raises(ValueError, match="SHA-256 in lower-case hex"):
            ask()
    assert place.names() == []


def test_an_address_of_an_unknown_store_is_refused() -> None:
    with pytest.raises(ValueError, match="not in ftp"):
        blob_store("ftp:somewhere")
