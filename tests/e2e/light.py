"""What one phone's screen shows, filmed: a video in which another phone's camera sees it."""

import base64
import io
from pathlib import Path

from PIL import Image, ImageFilter
from playwright.sync_api import Page

VIDEO = (960, 720)
CODE_PX = 600
# Collects the pictures of a canvas as they change, at the pace at which they are shown.
WATCH = """async ({name, count}) => {
  const canvas = document.querySelector(`[data-test="${name}"]`);
  const seen = [];
  const began = performance.now();
  await new Promise((resolve) => {
    const look = new MutationObserver(() => {
      seen.push(canvas.toDataURL("image/png"));
      if (seen.length < count) return;
      look.disconnect();
      resolve();
    });
    look.observe(canvas, {attributes: true, attributeFilter: ["data-frame"]});
  });
  return {seen, ms: performance.now() - began};
}"""


def film(page: Page, name: str, count: int, path: Path) -> float:
    """Film `count` pictures of a canvas, a little turned, dim and soft; return pictures a second.

    The file is a Y4M video at the very pace of the screen.
    """
    watched = page.evaluate(WATCH, {"name": name, "count": count})
    pace = len(watched["seen"]) / (watched["ms"] / 1000)
    width, height = VIDEO
    grey = bytes([128]) * (width // 2 * (height // 2) * 2)
    with path.open("wb") as video:
        rate = round(pace * 100)
        video.write(f"YUV4MPEG2 W{width} H{height} F{rate}:100 Ip A1:1 C420jpeg\n".encode())
        for address in watched["seen"]:
            picture = _as_filmed(base64.b64decode(address.partition(",")[2]))
            video.write(b"FRAME\n" + picture.tobytes() + grey)
    return pace


def still(code: bytes, path: Path) -> Path:
    """Film one code (a PNG) for a second; return the video."""
    width, height = VIDEO
    frame = b"FRAME\n" + _as_filmed(code).tobytes() + bytes([128]) * (width // 2 * height)
    header = f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n"
    path.write_bytes(header.encode() + frame * 10)
    return path


def _as_filmed(png: bytes) -> Image.Image:
    code = (
        Image.open(io.BytesIO(png))
        .convert("L")
        .resize((CODE_PX, CODE_PX), Image.Resampling.BICUBIC)
    )
    scene = Image.new("L", VIDEO, 90)
    scene.paste(code.point([40 + level * 150 // 255 for level in range(256)]), (190, 60))
    return scene.rotate(2.5, Image.Resampling.BICUBIC, fillcolor=90).filter(
        ImageFilter.GaussianBlur(0.8)
    )
