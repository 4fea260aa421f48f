"""Originals viewed from a bucket: the desk fetches them there and checks their hash itself.

What is wrong with the bucket, or with its rules for other pages, costs nobody a photo.
"""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Response, expect

from tests.e2e.supervisor import Supervisor
from tests.support.live_server import COMMAND, LiveServer
from tests.support.object_store import BUCKET, REGION, ObjectStore

SPACE = "990121"  # the county of the demo's supervisor


@pytest.fixture
def city(demo_folder: Path, tmp_path: Path, s3_keys: ObjectStore) -> Iterator[LiveServer]:
    """The demo city, its originals moved into a bucket that browsers reach."""
    shutil.copytree(demo_folder, tmp_path / "city")
    bucket = f"s3://{BUCKET}/city"
    at_s3 = {"LIUHEN_S3_ENDPOINT": s3_keys.url, "LIUHEN_S3_REGION": REGION}
    folder = LiveServer(tmp_path / "city", at_s3)
    copied = [COMMAND, "blobs", "copy", bucket]
    subprocess.run(copied, env=folder.environment(), check=True, timeout=300)
    shutil.rmtree(tmp_path / "city" / "blobs")
    view = {"LIUHEN_BLOB_STORE": bucket, "LIUHEN_S3_VIEW_ENDPOINT": s3_keys.url}
    server = LiveServer(tmp_path / "city", at_s3 | view, ("--demo",)).start()
    yield server
    server.stop()


def finding_with_photos(server: LiveServer) -> str:
    """The id of a hazard of the county that shows a photo."""
    database = f"file:{server.data_dir}/liuhen.sqlite3?mode=ro"
    with closing(sqlite3.connect(database, uri=True)) as db:
        query = "SELECT entity, wire FROM entities WHERE entity LIKE 'finding/%' AND space = ?"
        found = db.execute(query, (SPACE,)).fetchall()
    shown = [entity for entity, wire in found if json.loads(wire)["sets"].get("photos")]
    return str(shown[0]).partition("/")[2]


def allow(server: ObjectStore, *origins: str) -> None:
    """Set the bucket's CORS rules: pages of these origins may read, no other."""
    rule = {"AllowedOrigins": list(origins), "AllowedMethods": ["GET"], "MaxAgeSeconds": 600}
    with closing(server.client()) as client:
        client.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})


def opened_from(desk: Supervisor) -> list[Response]:
    """Open the first photo of the page, see its hash confirmed; return the answers with bytes."""
    answers: list[Response] = []

    def note(answer: Response) -> None:
        if "/blobs/" in answer.url or "X-Amz-Signature" in answer.url:
            answers.append(answer)

    desk.page.on("response", note)
    desk.hand.wait("photo", seconds=45)
    desk.hand.tap(desk.hand.see("photo-open").first)
    dialog = desk.hand.wait("photo-dialog")
    expect(dialog.locator('[data-test="original"]')).to_be_visible(timeout=20_000)
    expect(dialog.locator('[data-test="original-check"]')).to_contain_text("原件校验一致")
    desk.hand.tap(dialog.locator('[data-test="dialog-close"]'))
    desk.page.remove_listener("response", note)
    return answers


def from_bucket(answers: list[Response]) -> list[Response]:
    return [answer for answer in answers if "X-Amz-Signature" in answer.url]


def test_the_desk_fetches_originals_from_the_bucket_and_falls_back_to_the_service(
    supervisor: Supervisor, city: LiveServer, s3_keys: ObjectStore
) -> None:
    desk, finding = supervisor, finding_with_photos(city)
    allow(s3_keys, desk.network.url)
    desk.look_anew(f"/board/findings/{finding}")
    answers = opened_from(desk)
    fetched = from_bucket(answers)
    assert [answer.status for answer in fetched] == [200]
    assert "authorization" not in fetched[0].request.all_headers()
    assert fetched[0].request.all_headers().get("referer") is None
    assert fetched[0].url.startswith(f"{s3_keys.url}/{BUCKET}/city/")

    allow(s3_keys, "https://another.example")
    desk.look_anew(f"/board/findings/{finding}")
    through_service = [one for one in opened_from(desk) if one.status == 200]
    assert any(one.headers["content-type"] == "image/jpeg" for one in through_service)
    again = [one for one in opened_from(desk) if "vnd.liuhen.link" in one.headers["content-type"]]
    assert again == [], "a bucket that failed is left alone for a while"
