"""The whole service on a bucket: chosen by settings alone, and what an outage means to a phone."""

import io
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from server.services import derivatives, system
from server.services.verify import verify
from server.storage.blob_rules import StoreUnavailableError
from server.storage.upload_tables import Derivative, StoredBlob
from tests.support.live_server import COMMAND, LiveServer
from tests.support.object_store import BUCKET, REGION, Line, ObjectStore
from tests.support.service import API, CITY, COUNTY, Service, digest, photo, tus_headers

CHUNK = "application/offset+octet-stream"


def settings(url: str, prefix: str) -> dict[str, str]:
    return {
        "LIUHEN_BLOB_STORE": f"s3://{BUCKET}/{prefix}",
        "LIUHEN_S3_ENDPOINT": url,
        "LIUHEN_S3_REGION": REGION,
    }


def large_photo() -> bytes:
    """A JPEG that goes into the bucket in parts."""
    out = io.BytesIO()
    Image.effect_noise((4000, 3000), 90).convert("RGB").save(out, "JPEG", quality=97)
    assert len(out.getvalue()) > 8 << 20
    return out.getvalue()


@pytest.fixture
def line(s3_keys: ObjectStore) -> Iterator[Line]:
    with closing(s3_keys.line()) as opened:
        yield opened


@pytest.fixture
def service(line: Line, s3_prefix: str, tmp_path: Path, database_url: str) -> Iterator[Service]:
    """The application on a bucket, over a line that can break."""
    opened = Service(tmp_path / "service", database_url, settings(line.url, s3_prefix)).open()
    yield opened.populate()
    opened.close()


def count(service: Service, table: type) -> int:
    with service.runtime.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def verified(service: Service, content: bytes) -> list[str]:
    """Let the log call an original verified, and return what `verify` finds wrong."""
    said = {"sha256": digest(content), "size_bytes": len(content), "media_type": "image/jpeg"}
    with service.app.app_context():
        blob = said | {"blob": f"{COUNTY}-{digest(content)}"}
        system.append(service.runtime, "blob.verified", blob, COUNTY)
        return verify(service.runtime)


@pytest.mark.parametrize("content", [photo((1600, 1200)), large_photo()], ids=["small", "large"])
def test_an_original_goes_in_comes_back_gets_a_small_copy_and_verifies(
    service: Service, s3_keys: ObjectStore, s3_prefix: str, content: bytes
) -> None:
    reply = service.upload("inspector", content)
    assert (reply.status_code, reply.headers["Upload-Offset"]) == (201, str(len(content)))
    path = f"/spaces/{COUNTY}/blobs/{digest(content)}"
    assert service.ask("inspector", "GET", path).data == content
    assert derivatives.make_next(service.runtime)
    shown = service.ask("inspector", "GET", f"{path}/thumbnail")
    assert Image.open(io.BytesIO(shown.data)).size == (320, 240)
    assert verified(service, content) == []
    with closing(s3_keys.client()) as client:
        listed = client.list_objects_v2(Bucket=BUCKET, Prefix=s3_prefix)["Contents"]
        key = f"{s3_prefix}/{digest(content)[:2]}/{digest(content)}"
        assert key in [item["Key"] for item in listed]
        client.put_object(Bucket=BUCKET, Key=key, Body=b"x" * len(content))
    with service.app.app_context():
        said = [f"blobs {digest(content)}: bytes are not those of the digest"]
        assert verify(service.runtime) == said
    assert not (service.folder / "blobs").exists()


def test_an_outage_is_503_records_nothing_and_the_upload_goes_on_afterwards(
    service: Service, line: Line, s3_keys: ObjectStore, s3_prefix: str
) -> None:
    content = photo()
    made = service.ask("inspector", "POST", "/uploads", headers=tus_headers(content))
    place = made.headers["Location"].removeprefix(API)
    line.break_after("up", 0)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": CHUNK}
    reply = service.ask("inspector", "PATCH", place, data=content, headers=headers)
    assert (reply.status_code, reply.json["code"]) == (503, "unavailable")
    assert reply.headers["Retry-After"] == "5"
    assert count(service, StoredBlob) == 0
    service.reopen(**settings(s3_keys.url, s3_prefix))
    reply = service.ask("inspector", "HEAD", place, headers={"Tus-Resumable": "1.0.0"})
    assert (reply.status_code, reply.headers["Upload-Offset"]) == (200, str(len(content)))
    back = service.ask("inspector", "GET", f"/spaces/{COUNTY}/blobs/{digest(content)}")
    assert back.data == content


def test_an_outage_while_serving_is_503(service: Service, line: Line) -> None:
    content = photo()
    service.upload("inspector", content)
    line.break_after("up", 0)
    reply = service.ask("inspector", "GET", f"/spaces/{COUNTY}/blobs/{digest(content)}")
    assert (reply.status_code, reply.json["code"]) == (503, "unavailable")


def test_an_outage_never_calls_a_photo_damaged(service: Service, line: Line) -> None:
    service.upload("inspector", large_photo())
    line.break_after("down", 1 << 20)
    with pytest.raises(StoreUnavailableError):
        derivatives.make_next(service.runtime)
    assert count(service, Derivative) == 0


def test_the_served_program_and_its_commands_go_on_with_the_same_bucket(
    service: Service,
    start_server: Callable[..., LiveServer],
    s3_keys: ObjectStore,
    s3_prefix: str,
) -> None:
    content = photo()
    service.upload("inspector", content)
    assert verified(service, content) == []
    service.close()
    data = {"LIUHEN_DATA_DIR": str(service.folder), "LIUHEN_DATABASE_URL": service.database_url}
    server = start_server(**data, **settings(s3_keys.url, s3_prefix), LIUHEN_CITY=CITY)
    with urllib.request.urlopen(f"{server.url}/readyz", timeout=5) as reply:
        assert reply.status == 200
    assert server.stop() == 0
    assert judged(server) == (0, "")
    with closing(s3_keys.client()) as client:
        for key in keys_of(client, s3_prefix):
            client.delete_object(Bucket=BUCKET, Key=key)
    assert judged(server) == (1, f"blobs {digest(content)}: missing")


def keys_of(client: Any, prefix: str) -> list[str]:
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["Contents"]
    return [item["Key"] for item in listed if "/probe/" not in item["Key"]]


def judged(server: LiveServer) -> tuple[int, str]:
    """Return the exit code of `liuhen verify` and the lines about originals."""
    done = subprocess.run(
        [COMMAND, "verify"], env=server.environment(), capture_output=True, text=True
    )
    lines = (done.stdout + done.stderr).splitlines()
    return done.returncode, "\n".join(line for line in lines if "blobs" in line)
