"""The built pages: what is served, to whom, and with which headers."""

import pytest

from tests.support.service import Service

NAVIGATION = {"Accept": "text/html,*/*", "Sec-Fetch-Mode": "navigate"}


@pytest.fixture
def built(service: Service) -> Service:
    pages = service.folder / "pages"
    (pages / "assets").mkdir(parents=True)
    (pages / "index.html").write_text("<!doctype html><title>留痕</title>", encoding="utf-8")
    (pages / "sw.js").write_text("self.skipWaiting()", encoding="utf-8")
    (pages / "manifest.webmanifest").write_text("{}", encoding="utf-8")
    (pages / "assets" / "index-BaV4cE_9.js").write_text("export {}", encoding="utf-8")
    (service.folder / "secret.txt").write_text("secret", encoding="utf-8")
    return service


def test_the_page_forbids_everything_it_does_not_need(built: Service) -> None:
    reply = built.client.get("/", headers=NAVIGATION)
    assert reply.status_code == 200
    policy = reply.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'self'", "script-src 'self'", "style-src 'self'"} <= set(policy)
    assert {"frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"} <= set(policy)
    assert "media-src 'self' blob:" in policy
    assert "unsafe" not in reply.headers["Content-Security-Policy"]
    assert reply.headers["Permissions-Policy"].startswith(
        "camera=(self), geolocation=(self), microphone=(self)"
    )
    assert reply.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("path", "media_type", "caching"),
    [
        ("/", "text/html", "no-cache"),
        ("/index.html", "text/html", "no-cache"),
        ("/sw.js", "text/javascript", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/assets/index-BaV4cE_9.js", "text/javascript", "public, max-age=31536000, immutable"),
    ],
)
def test_a_file_has_its_type_and_only_hashed_ones_are_kept(
    built: Service, path: str, media_type: str, caching: str
) -> None:
    reply = built.client.get(path)
    assert (reply.status_code, reply.mimetype) == (200, media_type)
    assert reply.headers["Cache-Control"] == caching


def test_an_unknown_address_is_the_page_for_a_person_and_a_problem_for_a_script(
    built: Service,
) -> None:
    assert "留痕" in built.client.get("/some/where", headers=NAVIGATION).text
    script = {"Accept": "*/*", "Sec-Fetch-Mode": "cors"}
    reply = built.client.get("/assets/gone-BaV4cE_9.js", headers=script)
    assert (reply.status_code, reply.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1/nothing", "/api/v2/session"])
def test_a_wrong_api_path_is_never_answered_by_a_page(built: Service, path: str) -> None:
    reply = built.client.get(path, headers=NAVIGATION)
    assert (reply.status_code, reply.json["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/..%2fsecret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt"]
)
def test_nothing_outside_the_bundle_is_served(built: Service, path: str) -> None:
    reply = built.client.get(path)
    assert reply.status_code == 404
    assert "secret" not in reply.text.replace("secret.txt", "")


def test_a_missing_bundle_says_so(service: Service) -> None:
    reply = service.client.get("/", headers=NAVIGATION)
    assert (reply.status_code, reply.mimetype) == (503, "text/html")
    assert "make run" in reply.text


def test_a_file_that_has_not_changed_is_not_sent_again(built: Service) -> None:
    first = built.client.get("/sw.js")
    again = built.client.get("/sw.js", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
