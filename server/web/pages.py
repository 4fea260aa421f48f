"""The built pages: files of `settings.pwa_dir`, with the headers that keep them honest.

Unknown paths give index.html to a browser that navigates and a problem to everything else. No
inline script or style is allowed, and no other server but the part of the bucket that originals are
viewed from, where that is set; hashed assets are kept for ever, index.html and sw.js never.
"""

import mimetypes
import re
from pathlib import Path

from flask import Blueprint, Response, request, send_file
from werkzeug.security import safe_join

from server.services.problem import Problem
from server.services.runtime import current_runtime

pages = Blueprint("pages", __name__)

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; script-src 'self'; "
    "style-src 'self'; connect-src {connect}; worker-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HASHED = re.compile(r"assets/.+-[A-Za-z0-9_-]{8}\.[a-z0-9]+")
FOR_EVER = "public, max-age=31536000, immutable"
MISSING = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>留痕</title>
<h1>页面尚未构建</h1><p>服务正在运行,但没有找到已构建的页面。请运行 <code>make run</code>。</p>
<h1>The pages are not built</h1>
<p>The service runs, but its pages were not found. Start it with <code>make run</code>, or set
<code>LIUHEN_PWA_DIR</code>.</p></html>
"""
mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")


# No `defaults` here: the router would redirect /index.html to /, and a service worker keeps no
# redirected reply.
@pages.route("/", methods=["GET"])
@pages.route("/<page:path>", methods=["GET"])
def page(path: str = "index.html") -> Response:
    """Return a file of the bundle, or the page itself for a navigation."""
    folder = current_runtime().settings.pwa_dir
    found = _file(folder, path)
    if found is None and not _navigates():
        raise Problem("not_found")
    found = found or _file(folder, "index.html")
    if found is None:
        return _with_headers(Response(MISSING, 503, mimetype="text/html"), path)
    return _with_headers(send_file(found, conditional=True, etag=True), path)


def _file(folder: Path, path: str) -> Path | None:
    joined = safe_join(str(folder), path)
    return Path(joined) if joined is not None and Path(joined).is_file() else None


def _navigates() -> bool:
    """A person opening an address, rather than a page asking for a part of itself."""
    wanted = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return wanted and "text/html" in request.headers.get("Accept", "")


def _with_headers(reply: Response, path: str) -> Response:
    reply.headers.update(HEADERS)
    links = current_runtime().links
    connect = "'self'" if links is None else f"'self' {links.base}"
    reply.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.format(connect=connect)
    reply.headers["Cache-Control"] = FOR_EVER if HASHED.fullmatch(path) else "no-cache"
    return reply
