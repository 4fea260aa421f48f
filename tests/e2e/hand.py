"""A person's hand on one screen: finds controls by their `data-test`, and counts every tap.

Typing is not a tap. The system's camera costs two taps of its own (shutter, accept), which are
counted, because the person makes them.
"""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

CAMERA_TAPS = 2
SCREENS = Path(os.environ.get("LIUHEN_TEST_SCREENSHOTS", Path(__file__).parent / ".screens"))
_number = itertools.count(1)


@dataclass
class Count:
    """How many taps something took."""

    taps: int = 0


class Hand:
    """Touches (phone) or clicks (desk) on a page."""

    def __init__(self, page: Page, *, touch: bool) -> None:
        self.page = page
        self.touch = touch
        self.taps = 0

    def see(self, name: str, **attributes: str) -> Locator:
        """Return the controls or parts with this `data-test` (and other `data-` attributes)."""
        more = "".join(
            f'[data-{key.replace("_", "-")}="{value}"]' for key, value in attributes.items()
        )
        return self.page.locator(f'[data-test="{name}"]{more}')

    def wait(self, name: str, *, seconds: float = 20, **attributes: str) -> Locator:
        """Wait until it is on the screen; return the first."""
        found = self.see(name, **attributes).first
        expect(found).to_be_visible(timeout=seconds * 1000)
        return found

    def tap(self, name: str | Locator, **attributes: str) -> None:
        """One tap."""
        target = self.see(name, **attributes).first if isinstance(name, str) else name
        self.taps += 1
        if self.touch:
            target.tap()
        else:
            target.click()

    def write(self, name: str | Locator, text: str, **attributes: str) -> None:
        """Type into a field as a keyboard does, replacing what is in it."""
        target = self.see(name, **attributes).first if isinstance(name, str) else name
        target.fill("")
        target.press_sequentially(text)

    def photograph(self, name: str, *files: Path) -> None:
        """Tap a camera or album button and give the system's camera its photo."""
        with self.page.expect_file_chooser() as chosen:
            self.tap(name)
        self.taps += CAMERA_TAPS
        chosen.value.set_files([str(file) for file in files])

    def draw_signature(self, name: str) -> None:
        """Open the pad of a signature, draw two strokes, accept."""
        self.tap(name)
        canvas = self.wait(f"{name}-canvas")
        box = canvas.bounding_box()
        assert box is not None
        mouse = self.page.mouse
        for part in (0.35, 0.6):
            mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * part)
            mouse.down()
            for step in range(1, 9):
                wave = 0.08 if step % 2 else -0.08
                mouse.move(
                    box["x"] + box["width"] * (0.2 + 0.07 * step),
                    box["y"] + box["height"] * (part + wave),
                )
            mouse.up()
        self.tap(f"{name}-done")
        expect(canvas).to_have_count(0)

    def drag(self, canvas: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draw one stroke over a picture, from and to in parts of its sides."""
        box = canvas.bounding_box()
        assert box is not None
        (x1, y1), (x2, y2) = start, end
        mouse = self.page.mouse
        mouse.move(box["x"] + box["width"] * x1, box["y"] + box["height"] * y1)
        mouse.down()
        for step in (0.3, 0.7, 1):
            mouse.move(
                box["x"] + box["width"] * (x1 + (x2 - x1) * step),
                box["y"] + box["height"] * (y1 + (y2 - y1) * step),
            )
        mouse.up()

    @contextmanager
    def counting(self) -> Iterator[Count]:
        """Count the taps of a block."""
        count, before = Count(), self.taps
        yield count
        count.taps = self.taps - before

    def photo_of_screen(self, name: str) -> None:
        """Keep a screenshot, numbered in the order they were taken."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{next(_number):03}-{name}.png")
