"""Object lock: each original is locked from its first moment, or the service does not start."""

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from server.cli.main import main
from server.config import Retention, SettingsError
from server.storage.blob_store import blob_store
from tests.integration.storage.careless_server import careless_server
from tests.integration.storage.conftest import Make, sha256_of
from tests.support.object_store import BUCKET, REGION, ObjectStore

SMALL, IN_PARTS = b"evidence " * 1000, random.Random(3).randbytes(9 << 20)
DAYS = 30


@pytest.fixture
def client(s3_keys: ObjectStore) -> Iterator[Any]:
    with closing(s3_keys.client()) as opened:
        yield opened


@pytest.mark.parametrize("mode", ["governance", "compliance"])
@pytest.mark.parametrize("content", [SMALL, IN_PARTS], ids=["small", "in parts"])
def test_what_is_put_cannot_be_deleted_before_its_days_are_over(
    s3_keys: ObjectStore,
    lockable: str,
    s3_prefix: str,
    client: Any,
    finished: Make,
    mode: str,
    content: bytes,
) -> None:
    address, kept = f"s3://{lockable}/{s3_prefix}", Retention(mode, DAYS)
    with closing(blob_store(address, s3_keys.url, REGION, kept)) as store:
        store.put_file(finished(content), sha256_of(content))
        sha256 = sha256_of(content)
        named = {"Bucket": lockable, "Key": f"{s3_prefix}/{sha256[:2]}/{sha256}"}
        head = client.head_object(**named)
        assert head["ObjectLockMode"] == mode.upper()
        left = head["ObjectLockRetainUntilDate"] - datetime.now(UTC)
        assert abs(left - timedelta(days=DAYS)) < timedelta(minutes=5)
        with pytest.raises(ClientError, match="AccessDenied"):
            client.delete_object(**named, VersionId=head["VersionId"])
        with store.open(sha256) as stream:
            assert stream.read() == content


def test_a_second_start_finds_its_own_locked_probe(
    s3_keys: ObjectStore, lockable: str, s3_prefix: str
) -> None:
    for mode in ("governance", "governance", "compliance"):
        address = f"s3://{lockable}/{s3_prefix}"
        blob_store(address, s3_keys.url, REGION, Retention(mode, DAYS)).close()


def test_a_bucket_without_lock_is_refused_in_one_line(
    s3_keys: ObjectStore,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: object,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LIUHEN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LIUHEN_BLOB_STORE", f"s3://{BUCKET}")
    monkeypatch.setenv("LIUHEN_S3_ENDPOINT", s3_keys.url)
    monkeypatch.setenv("LIUHEN_S3_RETENTION", "compliance:30")
    assert main(["verify"]) == 2
    shown = capsys.readouterr().err
    assert "LIUHEN_S3_RETENTION needs a bucket that was made with object lock" in shown
    assert shown.count("\n") == 1


@pytest.mark.usefixtures("s3_keys")
@pytest.mark.parametrize(
    ("forgets", "said"),
    [("lock", "is not locked"), ("lock configuration", "made with object lock")],
)
def test_a_server_that_takes_a_lock_and_forgets_it_is_refused(forgets: str, said: str) -> None:
    with careless_server(forgets) as url, pytest.raises(SettingsError, match=said):
        blob_store("s3://bucket/a", url, REGION, Retention("compliance", DAYS))


@pytest.mark.usefixtures("s3_keys")
def test_a_server_that_keeps_a_lock_is_taken() -> None:
    with careless_server("") as url:
        blob_store("s3://bucket/a", url, REGION, Retention("compliance", DAYS)).close()
