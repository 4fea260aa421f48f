"""`liuhen blobs copy`: a folder into a bucket and back, broken off, begun again, and proved."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.services import blob_copy, derivatives
from server.storage.blob_rules import StoreUnavailableError
from server.storage.blob_store import blob_store
from tests.support.object_store import BUCKET, REGION, ObjectStore
from tests.support.service import COUNTY, Service, digest, photo


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[Service]:
    """A service on a folder, with three originals and a small copy."""
    opened = Service(tmp_path / "service", database_url).open().populate("inspector")
    for colour in ("red", "green", "blue"):
        assert opened.upload("inspector", photo(colour=colour)).status_code == 201
    assert derivatives.make_next(opened.runtime)
    yield opened
    opened.close()


@pytest.fixture
def bucket(s3_prefix: str) -> str:
    return f"s3://{BUCKET}/{s3_prefix}"


def liuhen(service: Service, server: ObjectStore, *arguments: str, **more: str) -> str:
    """Run the command as a person does, the service stopped; return what it says, and its code."""
    service.close()
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("LIUHEN_")}
    own = {
        "LIUHEN_DATA_DIR": str(service.folder),
        "LIUHEN_DATABASE_URL": service.database_url,
        "LIUHEN_S3_ENDPOINT": server.url,
        "LIUHEN_S3_REGION": REGION,
    }
    command = [sys.executable, "-m", "server.cli", "blobs", "copy", *arguments]
    done = subprocess.run(
        command, env=inherited | own | more, capture_output=True, text=True, timeout=120
    )
    service.open()
    return f"{done.stdout}{done.stderr}{done.returncode}"


def test_a_folder_goes_into_a_bucket_and_back_and_serves_from_each(
    service: Service, s3_keys: ObjectStore, bucket: str, tmp_path: Path
) -> None:
    first = liuhen(service, s3_keys, bucket)
    count = len(_files(service))
    assert first == f"{count} copied, 0 there already, 0 not\n0"
    assert liuhen(service, s3_keys, bucket) == f"0 copied, {count} there already, 0 not\n0"
    back = f"file:{tmp_path / 'back'}"
    assert liuhen(service, s3_keys, back, LIUHEN_BLOB_STORE=bucket) == (
        f"{count} copied, 0 there already, 0 not\n0"
    )
    at_s3 = {"LIUHEN_S3_ENDPOINT": s3_keys.url, "LIUHEN_S3_REGION": REGION}
    for settings in ({"LIUHEN_BLOB_STORE": bucket} | at_s3, {"LIUHEN_BLOB_STORE": back}):
        service.reopen(**settings)
        for path in _files(service):
            with service.runtime.blobs.open(path.name) as stream:
                assert stream.read() == path.read_bytes()


def test_a_run_that_broke_off_is_begun_again_and_brings_the_rest(
    service: Service, s3_keys: ObjectStore, s3_prefix: str
) -> None:
    def stop_after_one(done: blob_copy.Copied) -> None:
        raise KeyboardInterrupt

    target = blob_store(f"s3://{BUCKET}/{s3_prefix}", s3_keys.url, REGION)
    with pytest.raises(KeyboardInterrupt):
        blob_copy.copy_all(service.runtime, target, stop_after_one)
    done = blob_copy.copy_all(service.runtime, target, lambda _: None)
    assert (done.copied, done.there, done.problems) == (len(_files(service)) - 1, 1, [])
    assert not list(service.folder.glob("tmp*"))
    target.close()


def test_missing_and_damaged_ones_are_named_and_the_rest_is_copied(
    service: Service, tmp_path: Path
) -> None:
    lost, spoilt = (digest(content) for content in _stored(service)[:2])
    _path(service, lost).unlink()
    _path(service, spoilt).write_bytes(b"something else")
    target = blob_store(f"file:{tmp_path / 'target'}")
    done = blob_copy.copy_all(service.runtime, target, lambda _: None)
    wanted = [f"{lost}: missing in the source", f"{spoilt}: damaged in the source"]
    assert sorted(done.problems) == sorted(wanted)
    assert done.copied == len(_files(service)) - 1  # the spoilt one still lies there
    assert not target.exists(spoilt)


def test_what_the_target_gives_back_otherwise_is_named(service: Service, tmp_path: Path) -> None:
    target = blob_store(f"file:{tmp_path / 'target'}")
    blob_copy.copy_all(service.runtime, target, lambda _: None)
    one = digest(_stored(service)[0])
    (tmp_path / "target" / one[:2] / one).write_bytes(b"rotten")
    done = blob_copy.copy_all(service.runtime, target, lambda _: None)
    assert done.problems == [f"{one}: the target gives other bytes back"]
    assert done.there == len(_files(service)) - 1


def test_a_store_that_goes_away_ends_the_run(
    service: Service, s3_keys: ObjectStore, s3_prefix: str
) -> None:
    line = s3_keys.line()
    target = blob_store(f"s3://{BUCKET}/{s3_prefix}", line.url, REGION)
    line.close()
    with pytest.raises(StoreUnavailableError):
        blob_copy.copy_all(service.runtime, target, lambda _: None)
    target.close()


@pytest.mark.parametrize("to", ["ftp://x", "s3:/x", "file"])
def test_what_is_no_store_is_refused(service: Service, s3_keys: ObjectStore, to: str) -> None:
    said = liuhen(service, s3_keys, to)
    assert said.startswith(f"liuhen: {to}: must be file:")
    assert said.endswith("2")


def test_the_store_of_the_settings_is_no_target(service: Service, s3_keys: ObjectStore) -> None:
    assert liuhen(service, s3_keys, f"file:{service.folder / 'blobs'}").endswith("already\n2")


def _files(service: Service) -> list[Path]:
    return [path for path in sorted((service.folder / "blobs").rglob("*")) if path.is_file()]


def _stored(service: Service) -> list[bytes]:
    names = [path.name for path in _files(service)]
    found = [service.ask("inspector", "GET", f"/spaces/{COUNTY}/blobs/{name}") for name in names]
    return [reply.data for reply in found if reply.status_code == 200]


def _path(service: Service, sha256: str) -> Path:
    return service.folder / "blobs" / sha256[:2] / sha256
