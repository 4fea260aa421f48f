"""Who takes part in a day: a person with a browser profile of their own, and what they all do.

A profile lies on disk: closing and opening it is a restarted phone, `crash` is a page that the
system killed. Nothing here calls the service or reads the app's storage; everything goes through
the screens. What only inspectors or supervisors do is in `inspector.py` and `supervisor.py`.
"""

import contextlib
import re
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect

from tests.e2e.hand import Hand
from tests.e2e.mobile_network import MobileNetwork
from tests.support.browser import launch_options, phone_options, wide_options

PASSWORD = "liuhen-demo"  # public: the demo's
PIN = "314159"
STOPWATCH = Path(__file__).with_name("stopwatch.js")
ALL_DONE_SECONDS = 150


class Person:
    """Somebody at a screen. Open it with `open`; `hand` acts on the present page."""

    wide = False

    def __init__(
        self,
        playwright: Playwright,
        folder: Path,
        login: str,
        service_port: int,
        *,
        video: Path | None = None,
    ) -> None:
        self.playwright = playwright
        self.folder = folder
        self.login = login
        self.network = MobileNetwork(service_port)
        self.video = video
        self.camera_allowed = True
        self.context: BrowserContext
        self.page: Page
        self.hand: Hand
        self.faults: list[str] = []

    # ——— the browser

    def open(self) -> None:
        """Start the browser on this person's profile, with a signal, and open the application."""
        self.network.find()
        self.start_browser()
        self.visit()

    def start_browser(self) -> None:
        """Start the browser without opening a page of ours yet."""
        options: dict[str, Any] = launch_options()
        if self.video is not None:
            options["args"] = [*options["args"], f"--use-file-for-fake-video-capture={self.video}"]
        look = wide_options() if self.wide else phone_options()
        if not self.camera_allowed:
            options["args"] = [*options["args"], "--use-fake-ui-for-media-stream=deny"]
            look["permissions"] = ["geolocation"]
        self.context = self.playwright.chromium.launch_persistent_context(
            self.folder, **options, **look
        )
        self.context.add_init_script(path=STOPWATCH)
        self.page = self.context.pages[0]
        self._take_up(self.page)

    def _take_up(self, page: Page) -> None:
        self.page = page
        self.hand = Hand(page, touch=not self.wide)
        page.on("pageerror", lambda error: self.faults.append(f"{self.login}: {error}"))

    def visit(self, path: str = "/") -> None:
        """Open the application as from the home screen."""
        self.page.goto(f"{self.network.url}/{'#' + path if path != '/' else ''}")

    def go(self, path: str) -> None:
        """Go to a page of the application by its address, as a bookmark does; no reload."""
        self.page.evaluate("path => { location.hash = path; }", path)

    def close(self) -> None:
        """Close the browser; the profile stays."""
        self.context.close()

    def crash(self) -> None:
        """Kill the page's process as the system does, without a word to the page."""
        dead = self.page
        with dead.expect_event("crash"), contextlib.suppress(Error):
            dead.goto("chrome://crash")  # crashes the process that shows the page; never answers
        self._take_up(self.context.new_page())
        dead.close()

    def reopen(self) -> float:
        """Open the application anew after a kill; return the moment it was opened."""
        opened = time.monotonic()
        self.page.goto(self.network.url, wait_until="commit")
        return opened

    def screen(self) -> str:
        """Address and words of the present page, for the report of a failed test."""
        try:
            return f"{self.page.url} {self.network.state}\n{self.page.inner_text('body')}"
        except Error as gone:
            return f"no page: {gone.message}"

    # ——— the signal

    def leave_coverage(self) -> None:
        """No signal: the browser knows it is offline, and the port refuses whatever tries."""
        self.context.set_offline(True)
        self.network.lose()

    def return_to_coverage(self, bytes_per_second: float | None = None) -> None:
        """A signal again, narrow if given."""
        if bytes_per_second is None:
            self.network.find()
        else:
            self.network.narrow(bytes_per_second)
        self.context.set_offline(False)

    # ——— what everybody does

    def sign_in(self, password: str = PASSWORD) -> None:
        """Enter account and password; ends on the page with the pairing code."""
        self.hand.wait("login-name")
        self.hand.write("login-name", self.login)
        self.hand.write("login-password", password)
        self.hand.tap("login-submit")

    def pairing_code(self) -> str:
        """Read the code this phone shows."""
        code = self.hand.wait("pairing-code")
        expect(code).to_have_text(re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}$"))
        return code.inner_text()

    def enter_pin(self) -> None:
        """Type the PIN on the pad."""
        for digit in PIN:
            self.hand.tap(f"pin-{digit}")

    def set_pin(self) -> None:
        """Choose a PIN: twice the same."""
        self.hand.wait("set-pin")
        self.enter_pin()
        self.enter_pin()

    def synchronise(self) -> None:
        """Open the outbox and try now, as somebody does who does not want to wait."""
        self.go("/outbox")
        self.hand.tap(self.hand.wait("sync-now"))

    def wait_until_all_done(self, seconds: float = ALL_DONE_SECONDS) -> None:
        """Wait in the outbox for 全部上传完成."""
        self.go("/outbox")
        self.hand.wait("outbox-head", seconds=seconds, all_done="true")
        assert self.hand.see("outbox-item", status="attention").all_inner_texts() == [], self.login
        expect(self.hand.see("outbox-head")).to_contain_text("全部上传完成")
