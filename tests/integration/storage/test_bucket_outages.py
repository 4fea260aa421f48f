"""A bucket that is away or answers badly: never a lost, damaged or half-recorded original."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from server.storage.blob_rules import StoreUnavailableError
from server.storage.blob_store import BlobStore, blob_store
from tests.integration.storage.conftest import Make, sha256_of
from tests.support.object_store import BUCKET, REGION, Line, ObjectStore

CONTENT = b"evidence " * 10_000
DIGEST = sha256_of(CONTENT)
LARGE = random.Random(7).randbytes(20 << 20)


@pytest.fixture
def line(s3_keys: ObjectStore) -> Iterator[Line]:
    with closing(s3_keys.line()) as opened:
        yield opened


@pytest.fixture
def store(line: Line, s3_prefix: str) -> Iterator[BlobStore]:
    """A store over a line that can break."""
    with closing(blob_store(f"s3://{BUCKET}/{s3_prefix}", line.url, REGION)) as opened:
        yield opened


def test_no_answer_is_unavailable_and_never_missing(
    store: BlobStore, line: Line, finished: Make
) -> None:
    store.put_file(finished(CONTENT), DIGEST)
    line.break_after("up", 0)
    for ask in (store.exists, store.size, store.open):
        with pytest.raises(StoreUnavailableError):
            ask(DIGEST)
    with pytest.raises(StoreUnavailableError):
        store.put_file(finished(CONTENT), DIGEST)


def test_a_reply_that_breaks_off_is_unavailable_and_never_the_end(
    store: BlobStore, line: Line, finished: Make
) -> None:
    store.put_file(finished(LARGE), sha256_of(LARGE))
    with store.open(sha256_of(LARGE)) as stream:
        line.break_after("down", 1 << 20)
        with pytest.raises(StoreUnavailableError):
            stream.read()


def test_a_reply_lost_after_the_object_was_made_is_made_good_by_repeating(
    store: BlobStore, line: Line, finished: Make, s3_keys: ObjectStore, s3_prefix: str
) -> None:
    line.lose_replies_after(len(CONTENT) // 2)
    with pytest.raises(StoreUnavailableError):
        store.put_file(finished(CONTENT), DIGEST)
    with closing(blob_store(f"s3://{BUCKET}/{s3_prefix}", s3_keys.url, REGION)) as direct:
        assert direct.size(DIGEST) == len(CONTENT)
        direct.put_file(finished(CONTENT), DIGEST)
        with direct.open(DIGEST) as stream:
            assert stream.read() == CONTENT


def test_who_loses_a_race_in_parts_clears_away_what_was_sent(
    store: BlobStore, s3_keys: ObjectStore, s3_prefix: str, finished: Make
) -> None:
    sources = [finished(LARGE) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda path: store.put_file(path, sha256_of(LARGE)), sources))
    with closing(s3_keys.client()) as client:

        def uploads() -> list[object]:
            listed = client.list_multipart_uploads(Bucket=BUCKET, Prefix=s3_prefix)
            return list(listed.get("Uploads", []))

        assert uploads() == []
        client.create_multipart_upload(Bucket=BUCKET, Key=f"{s3_prefix}/left")
        assert len(uploads()) == 1, "or the list above would prove nothing"


def test_other_bytes_in_an_original_s_place_are_never_called_stored(
    store: BlobStore, finished: Make, s3_keys: ObjectStore, s3_prefix: str
) -> None:
    with closing(s3_keys.client()) as client:
        for planted in (b"something else", b"x" * len(CONTENT)):
            key = f"{s3_prefix}/{DIGEST[:2]}/{DIGEST}"
            client.put_object(Bucket=BUCKET, Key=key, Body=planted)
            with pytest.raises(StoreUnavailableError, match="other bytes"):
                store.put_file(finished(CONTENT), DIGEST)


def test_an_original_copied_there_without_its_checksum_is_read_back(
    store: BlobStore, place_of: str, finished: Make, s3_keys: ObjectStore
) -> None:
    with closing(s3_keys.client()) as client:
        client.put_object(Bucket=BUCKET, Key=place_of, Body=CONTENT)
        before = client.head_object(Bucket=BUCKET, Key=place_of)["LastModified"]
        store.put_file(finished(CONTENT), DIGEST)
        assert client.head_object(Bucket=BUCKET, Key=place_of)["LastModified"] == before


@pytest.fixture
def place_of(s3_prefix: str) -> str:
    """The key of `CONTENT`."""
    return f"{s3_prefix}/{DIGEST[:2]}/{DIGEST}"


def test_originals_outlive_a_killed_server(
    s3_keys: ObjectStore, tmp_path: Path, finished: Make
) -> None:
    server = ObjectStore()
    try:
        server.start()
        with closing(blob_store(f"s3://{BUCKET}", server.url, REGION)) as store:
            store.put_file(finished(CONTENT), DIGEST)
            store.put_file(finished(LARGE), sha256_of(LARGE))
            server.kill()
            with pytest.raises(StoreUnavailableError):
                store.exists(DIGEST)
            server.start()
            for content in (CONTENT, LARGE):
                with store.open(sha256_of(content)) as stream:
                    assert stream.read() == content
    finally:
        server.stop()
