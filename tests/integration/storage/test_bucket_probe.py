"""A bucket that won't do is refused at the start, in words for the person who starts it."""

from contextlib import closing

import pytest

from server.cli.main import main
from server.config import SettingsError
from server.storage.blob_rules import StoreUnavailableError
from server.storage.blob_store import blob_store
from tests.integration.storage.careless_server import careless_server
from tests.support.object_store import BUCKET, REGION, ObjectStore
from tests.support.processes import free_port


def test_a_good_bucket_is_taken_at_every_start(s3_keys: ObjectStore, s3_prefix: str) -> None:
    for _ in range(3):
        blob_store(f"s3://{BUCKET}/{s3_prefix}", s3_keys.url, REGION).close()
    with closing(s3_keys.client()) as client:
        listed = client.list_objects_v2(Bucket=BUCKET, Prefix=s3_prefix)["Contents"]
        uploads = client.list_multipart_uploads(Bucket=BUCKET, Prefix=s3_prefix)
    assert [item["Key"] for item in listed] == [f"{s3_prefix}/probe/conditional-create"]
    assert uploads.get("Uploads", []) == []


@pytest.mark.usefixtures("s3_keys")
def test_a_server_that_forgets_nothing_passes_the_probe() -> None:
    with careless_server("") as url:
        blob_store("s3://bucket", url, REGION).close()


@pytest.mark.parametrize(
    ("forgets", "said"),
    [
        ("condition", "several writers create one object"),
        ("condition of parts", "an upload in parts replace an object"),
        ("checksum", "not those of their SHA-256"),
    ],
)
@pytest.mark.usefixtures("s3_keys")
def test_a_server_that_forgets_a_promise_is_refused(forgets: str, said: str) -> None:
    with careless_server(forgets) as url, pytest.raises(SettingsError, match=said) as refusal:
        blob_store("s3://bucket/a", url, REGION)
    assert str(refusal.value).startswith("LIUHEN_BLOB_STORE=s3://bucket/a: ")


def test_wrong_credentials_are_refused(
    s3_keys: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    with pytest.raises(SettingsError, match="credentials"):
        blob_store(f"s3://{BUCKET}", s3_keys.url, REGION)


def test_no_credentials_are_refused(s3_keys: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in s3_keys.environment:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "none")
    monkeypatch.setenv("AWS_CONFIG_FILE", "none")
    with pytest.raises(SettingsError, match="set AWS_ACCESS_KEY_ID"):
        blob_store(f"s3://{BUCKET}", s3_keys.url, REGION)


def test_a_bucket_that_is_not_there_is_refused(s3_keys: ObjectStore) -> None:
    with pytest.raises(SettingsError, match="no such bucket"):
        blob_store("s3://nobody-s-bucket", s3_keys.url, REGION)


@pytest.mark.usefixtures("s3_keys")
def test_a_server_that_is_away_is_unavailable() -> None:
    with pytest.raises(StoreUnavailableError, match=f"s3://{BUCKET}"):
        blob_store(f"s3://{BUCKET}", f"http://127.0.0.1:{free_port()}", REGION)


@pytest.mark.parametrize(
    ("address", "said"),
    [("s3://nobody-s-bucket", "no such bucket"), ("s3://Bucket", "must be file:")],
)
def test_a_command_says_it_in_one_line(
    s3_keys: ObjectStore,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: object,
    capsys: pytest.CaptureFixture[str],
    address: str,
    said: str,
) -> None:
    monkeypatch.setenv("LIUHEN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LIUHEN_BLOB_STORE", address)
    monkeypatch.setenv("LIUHEN_S3_ENDPOINT", s3_keys.url)
    assert main(["verify"]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert shown.count("\n") == 1
