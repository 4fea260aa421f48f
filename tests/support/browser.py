"""A real Chromium for the browser tests, driven through Playwright's synchronous API.

Two sizes are tested: the inspector's phone (360 × 740) and the supervisor's screen (1440 × 900).
A profile on disk (`open_profile`) survives a closed or crashed browser, as a phone does.
"""

import os
import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1440, "height": 900}
PLACE = {"latitude": 23.886_600, "longitude": 100.088_700, "accuracy": 8}
PERMISSIONS = ["geolocation", "camera", "microphone"]


def executable() -> str:
    """Return the path of an installed Chromium; `LIUHEN_TEST_CHROMIUM` overrides the search."""
    chosen = os.environ.get("LIUHEN_TEST_CHROMIUM")
    found = chosen or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise RuntimeError("no Chromium found; install it: apt-get install chromium")
    return found


def launch_options() -> dict[str, Any]:
    """Return the arguments of `launch` and `launch_persistent_context` alike."""
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return {"executable_path": executable(), "headless": True, "args": flags}


def phone_options(language: str = "zh-CN", **more: Any) -> dict[str, Any]:
    """Return the context options of the inspector's phone."""
    touch = {"viewport": PHONE, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
    return _shared(language) | touch | more


def wide_options(language: str = "zh-CN", **more: Any) -> dict[str, Any]:
    """Return the context options of the supervisor's desk."""
    return _shared(language) | {"viewport": WIDE} | more


def _shared(language: str) -> dict[str, Any]:
    return {
        "locale": language,
        "timezone_id": "Asia/Shanghai",
        "geolocation": PLACE,
        "permissions": PERMISSIONS,
    }


def launch(playwright: Playwright) -> Browser:
    """Start a browser whose contexts are forgotten when they close."""
    return playwright.chromium.launch(**launch_options())


def open_profile(playwright: Playwright, folder: Path, options: dict[str, Any]) -> BrowserContext:
    """Open a browser on a profile folder; opening the same folder again is a restarted phone."""
    return playwright.chromium.launch_persistent_context(folder, **launch_options(), **options)
