"""Originals viewed from the bucket itself: who gets a link, what it opens, and for how long."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from server.config import SettingsError, from_env
from server.storage import blob_links_s3
from tests.support.object_store import BUCKET, REGION, ObjectStore
from tests.support.service import COUNTY, OTHER_COUNTY, Service, digest, photo

LINK_TYPE = "application/vnd.liuhen.link+json"
ASKING = {"Accept": f"{LINK_TYPE}, */*"}
ORIGINAL = photo()
PATH = f"/spaces/{COUNTY}/blobs/{digest(ORIGINAL)}"


@pytest.fixture
def opened(
    s3_keys: ObjectStore, s3_prefix: str, tmp_path: Path, database_url: str
) -> Iterator[Callable[..., Service]]:
    """`opened(**settings) -> Service` on a bucket that browsers reach, with one original."""
    services: list[Service] = []

    def open_one(**more: str) -> Service:
        settings = {
            "LIUHEN_BLOB_STORE": f"s3://{BUCKET}/{s3_prefix}",
            "LIUHEN_S3_ENDPOINT": s3_keys.url,
            "LIUHEN_S3_REGION": REGION,
            "LIUHEN_S3_VIEW_ENDPOINT": s3_keys.url,
        }
        services.append(Service(tmp_path / "service", database_url, settings | more).open())
        services[-1].populate()
        assert services[-1].upload("inspector", ORIGINAL).status_code == 201
        return services[-1]

    yield open_one
    for service in services:
        service.close()


@pytest.fixture
def service(opened: Callable[..., Service]) -> Service:
    return opened()


def link_of(service: Service) -> str:
    reply = service.ask("inspector", "GET", PATH, headers=ASKING)
    assert (reply.status_code, reply.mimetype) == (200, LINK_TYPE)
    return str(reply.json["url"])


def policy_of(service: Service) -> list[str]:
    reply = service.client.get("/", headers={"Accept": "text/html", "Sec-Fetch-Mode": "navigate"})
    return reply.headers["Content-Security-Policy"].split("; ")


def fetched(url: str, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes, Any]:
    """Ask as anybody does, without a token; return status, bytes and headers."""
    asked = urllib.request.Request(url, body, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=10) as reply:
            return reply.status, reply.read(), reply.headers
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read(), refusal.headers


def test_a_link_opens_the_original_as_bytes_to_save_and_is_kept_by_nobody(service: Service) -> None:
    reply = service.ask("inspector", "GET", PATH, headers=ASKING)
    said = reply.json
    assert (said["media_type"], said["size_bytes"]) == ("image/jpeg", len(ORIGINAL))
    assert (reply.headers["Cache-Control"], reply.headers["Vary"]) == ("no-store", "Accept")
    assert reply.headers["Liuhen-Digest"].startswith("sha-256=")
    status, content, headers = fetched(said["url"])
    assert (status, content) == (200, ORIGINAL)
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == "attachment"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("accept", ["*/*", "application/*", "image/webp", f"{LINK_TYPE};q=0, */*"])
def test_who_does_not_name_the_type_gets_the_bytes(service: Service, accept: str) -> None:
    reply = service.ask("inspector", "GET", PATH, headers={"Accept": accept})
    assert (reply.mimetype, reply.data) == ("image/jpeg", ORIGINAL)
    assert reply.headers["Vary"] == "Accept"


def test_without_the_setting_the_bytes_come_through_the_service(
    opened: Callable[..., Service],
) -> None:
    service = opened(LIUHEN_S3_VIEW_ENDPOINT="")
    assert service.ask("inspector", "GET", PATH, headers=ASKING).data == ORIGINAL


def test_who_may_not_read_the_original_gets_no_link(service: Service) -> None:
    reply = service.ask("stranger", "GET", PATH, headers=ASKING)
    assert (reply.status_code, reply.json["code"]) == (403, "space_forbidden")
    elsewhere = f"/spaces/{OTHER_COUNTY}/blobs/{digest(ORIGINAL)}"
    reply = service.ask("stranger", "GET", elsewhere, headers=ASKING)
    assert (reply.status_code, reply.json["code"]) == (404, "not_found")
    assert service.ask(None, "GET", PATH, headers=ASKING).status_code == 401


def test_a_link_opens_nothing_else_and_writes_nothing(service: Service) -> None:
    url, other = link_of(service), photo(colour="green")
    service.upload("inspector", other)
    moved = url.replace(digest(ORIGINAL), digest(other)).replace(
        f"/{digest(ORIGINAL)[:2]}/", f"/{digest(other)[:2]}/"
    )
    assert moved != url
    assert fetched(moved)[0] == 403
    assert fetched(url.replace("octet-stream", "html"))[0] == 403
    assert fetched(url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"))[0] == 403
    for method in ("PUT", "DELETE", "POST"):
        assert fetched(url, method, b"something else")[0] >= 400
    assert fetched(link_of(service))[1] == ORIGINAL


def test_a_link_is_good_for_its_time_only(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blob_links_s3, "LINK_SECONDS", 1)
    url = link_of(service)
    assert "X-Amz-Expires=1&" in url
    time.sleep(2.1)
    assert fetched(url)[0] == 403


def test_the_page_may_connect_to_the_originals_of_this_store_and_to_nothing_more(
    service: Service, s3_keys: ObjectStore, s3_prefix: str
) -> None:
    allowed = f"{s3_keys.url}/{BUCKET}/{s3_prefix}/"
    policy = policy_of(service)
    assert f"connect-src 'self' {allowed}" in policy
    assert [part for part in policy if s3_keys.url in part] == [f"connect-src 'self' {allowed}"]
    assert link_of(service).startswith(allowed)


def test_without_the_setting_the_page_may_connect_to_the_service_alone(
    opened: Callable[..., Service],
) -> None:
    service = opened(LIUHEN_S3_VIEW_ENDPOINT="")
    policy = policy_of(service)
    assert "connect-src 'self'" in policy


def test_links_without_a_bucket_are_refused_at_the_start() -> None:
    with pytest.raises(SettingsError, match="LIUHEN_S3_VIEW_ENDPOINT needs"):
        from_env({"LIUHEN_S3_VIEW_ENDPOINT": "https://photos.example"})
