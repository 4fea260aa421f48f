"""Photos and signatures of the demo: drawn, small, each different, each marked 示例照片.

Nothing here is a photograph of anything. A scene depends on its number and trade only, so the
same number gives the same picture; `rectified` draws the same place after the hazard was removed.
"""

import io
import json
import math
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

CAPTION = Path(__file__).parent / "data" / "caption.json"
WIDTH, HEIGHT, HORIZON = 480, 360, 210
SKIES = {"mine": "#b9c4c9", "chemical": "#c8d6df", "fireworks": "#d8d2c4", "industry": "#cfd3cc"}
GROUNDS = {"mine": "#a08b6c", "chemical": "#8d9391", "fireworks": "#b5a98d", "industry": "#8b8b86"}
WARNING, SAFE, DARK, STEEL = "#c0392b", "#2e7d4f", "#39424a", "#6f7f8a"

Draw = ImageDraw.ImageDraw


@cache
def _caption() -> Image.Image:
    table = json.loads(CAPTION.read_text(encoding="utf-8"))
    dots = b"".join(bytes.fromhex(row) for row in table["rows"])
    return Image.frombytes("1", (table["width"], table["height"]), dots)


def photo(number: int, trade: str, *, rectified: bool) -> bytes:
    """Return a JPEG of scene `number`, with the hazard or after it was removed."""
    image = Image.new("RGB", (WIDTH, HEIGHT), SKIES[trade])
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HORIZON, WIDTH, HEIGHT), fill=GROUNDS[trade])
    SCENES[trade](draw, number)
    _mark(draw, number, rectified)
    _write_caption(image, draw, number)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=72)
    return stream.getvalue()


def _spread(number: int, salt: int, low: int, high: int) -> int:
    """Return a whole number in low … high that varies with the picture's number."""
    return low + (number * 7919 + salt * 104729) % (high - low + 1)


def _quarry(draw: Draw, number: int) -> None:
    for bench in range(3):
        top = HORIZON - 120 + bench * 40
        left = _spread(number, bench, 0, 120) + bench * 30
        shade = ("#8f7a5c", "#806c50", "#725f46")[bench]
        draw.polygon([(left, top), (WIDTH, top - 18), (WIDTH, HORIZON), (0, HORIZON)], fill=shade)
    for stone in range(14):
        x, y = _spread(number, stone, 10, 460), _spread(number, stone + 50, HORIZON, 320)
        size = _spread(number, stone + 90, 4, 16)
        draw.ellipse((x, y, x + size, y + size * 2 // 3), fill="#6b5d48")
    x = _spread(number, 7, 60, 300)
    draw.rectangle((x, 205, x + 90, 245), fill="#d9a520")
    for wheel in (x + 18, x + 72):
        draw.ellipse((wheel - 14, 234, wheel + 14, 262), fill=DARK)


def _tanks(draw: Draw, number: int) -> None:
    x = _spread(number, 1, 10, 60)
    for tank in range(3):
        width, top = _spread(number, tank + 2, 80, 130), _spread(number, tank + 9, 70, 130)
        draw.rectangle((x, top, x + width, 250), fill="#dfe5e8", outline=STEEL, width=2)
        draw.ellipse((x, top - 14, x + width, top + 14), fill="#eef2f3", outline=STEEL, width=2)
        draw.line((x + width // 2, 250, x + width // 2, 290), fill=STEEL, width=7)
        x += width + 18
    draw.line((0, 288, WIDTH, 288), fill=STEEL, width=8)
    draw.line((0, 304, WIDTH, 304), fill="#a5772f", width=6)


def _storehouse(draw: Draw, number: int) -> None:
    left = _spread(number, 1, 30, 90)
    draw.rectangle((left, 90, left + 330, 270), fill="#e8e2d4", outline=DARK, width=2)
    roof = [(left - 15, 92), (left + 165, 45), (left + 345, 92)]
    draw.polygon(roof, fill="#8c4a3c")
    draw.rectangle((left + 120, 150, left + 210, 270), fill=DARK)
    for box in range(_spread(number, 3, 4, 9)):
        x, y = left + 5 + (box % 5) * 62, 268 - (box // 5) * 34
        draw.rectangle((x, y, x + 56, y + 32), fill="#c49a5a", outline="#7c5c2c", width=2)


def _workshop(draw: Draw, number: int) -> None:
    for beam in range(0, WIDTH, 96):
        draw.line((beam, 0, beam, HORIZON), fill="#9aa39d", width=6)
    draw.line((0, 40, WIDTH, 40), fill="#9aa39d", width=8)
    for machine in range(3):
        x, top = 30 + machine * 150 + _spread(number, machine, 0, 30), _spread(number, 5, 130, 170)
        draw.rectangle((x, top, x + 95, 275), fill="#4f7a68", outline=DARK, width=2)
        draw.rectangle((x + 12, top + 14, x + 52, top + 44), fill="#d7e3dc")
        centre = x + 70, top + 80
        for spoke in range(6):
            angle = math.radians(spoke * 60 + number * 13)
            end = centre[0] + 22 * math.cos(angle), centre[1] + 22 * math.sin(angle)
            draw.line((*centre, *end), fill=DARK, width=4)


SCENES = {"mine": _quarry, "chemical": _tanks, "fireworks": _storehouse, "industry": _workshop}


def _mark(draw: Draw, number: int, rectified: bool) -> None:
    """Circle the spot of the hazard, or tick it off."""
    x, y = _spread(number, 21, 90, 380), _spread(number, 22, 130, 250)
    if not rectified:
        draw.ellipse((x - 42, y - 34, x + 42, y + 34), outline=WARNING, width=5)
        draw.line((x + 60, y - 62, x + 34, y - 30), fill=WARNING, width=5)
        return
    draw.rectangle((x - 46, y - 30, x + 46, y + 30), fill="#f4f1de", outline=SAFE, width=5)
    draw.line((x - 24, y, x - 6, y + 16, x + 28, y - 16), fill=SAFE, width=7, joint="curve")


def _write_caption(image: Image.Image, draw: Draw, number: int) -> None:
    words = _caption()
    draw.rectangle((0, HEIGHT - 36, WIDTH, HEIGHT), fill="#1d2429")
    image.paste("#ffffff", (12, HEIGHT - 29), words)
    draw.text((WIDTH - 70, HEIGHT - 29), f"No. {number:03d}", fill="#ffffff", font_size=17)


def signature(number: int) -> bytes:
    """Return a PNG of a scribble that stands for the drawn signature of person `number`."""
    image = Image.new("L", (360, 140), 255)
    draw = ImageDraw.Draw(image)
    for stroke in range(3):
        points = []
        for step in range(40):
            turn = step / 39 * math.tau * (1 + _spread(number, stroke, 0, 3) / 3)
            x = 40 + stroke * 95 + step * 2 + 14 * math.sin(turn * 2 + number)
            y = 70 + _spread(number, stroke + 4, 18, 44) * math.sin(turn + stroke * number)
            points.append((x, y))
        draw.line(points, fill=20, width=4, joint="curve")
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()
