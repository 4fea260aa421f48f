"""Pictures for the screens: what is photographed, what the camera films, and the README's.

The scenes are the demo's own drawings, so that a screenshot shows nothing that ever was anywhere.
"""

import io
from pathlib import Path

from PIL import Image

from server.cli.demo import pictures as demo_pictures

PHOTO = (1440, 1080)
VIDEO = (960, 720)
FRAMES = 6
GAP_PX = 40
STRIP_WIDTH_PX = 1800
DESK_WIDTH_PX = 1440
README_BYTES = 250_000


def _scene(number: int, size: tuple[int, int]) -> Image.Image:
    drawn = demo_pictures.photo(number, "mine", rectified=False)
    return Image.open(io.BytesIO(drawn)).convert("RGB").resize(size, Image.Resampling.LANCZOS)


def photos(folder: Path, count: int) -> list[Path]:
    """Make `count` JPEG files of quarry scenes, no two alike."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number in range(count):
        made.append(folder / f"scene-{number:02}.jpg")
        _scene(700 + number, PHOTO).save(made[-1], quality=88)
    return made


def camera_video(path: Path) -> Path:
    """Write a Y4M file of one scene for the fake camera."""
    luma, blue, red = _scene(740, VIDEO).convert("YCbCr").split()
    half = (VIDEO[0] // 2, VIDEO[1] // 2)
    frame = b"FRAME\n" + luma.tobytes() + blue.resize(half).tobytes() + red.resize(half).tobytes()
    header = f"YUV4MPEG2 W{VIDEO[0]} H{VIDEO[1]} F6:1 Ip A1:1 C420jpeg\n"
    path.write_bytes(header.encode() + frame * FRAMES)
    return path


def strip(shots: list[Path], target: Path) -> None:
    """Put phone screens side by side on a quiet ground."""
    screens = [Image.open(shot).convert("RGB") for shot in shots]
    width = sum(one.width for one in screens) + GAP_PX * (len(screens) + 1)
    height = max(one.height for one in screens) + GAP_PX * 2
    sheet = Image.new("RGB", (width, height), "#c3ccdb")
    left = GAP_PX
    for one in screens:
        sheet.paste(one, (left, GAP_PX))
        left += one.width + GAP_PX
    _save(sheet, target, STRIP_WIDTH_PX)


def desk(shot: Path, target: Path) -> None:
    """Keep one wide screen."""
    _save(Image.open(shot).convert("RGB"), target, DESK_WIDTH_PX)


def _save(picture: Image.Image, target: Path, width: int) -> None:
    """Write a PNG of at most `README_BYTES`; fewer colours are enough for flat screens."""
    target.parent.mkdir(parents=True, exist_ok=True)
    size = (width, round(picture.height * width / picture.width))
    flat = picture.resize(size, Image.Resampling.LANCZOS)
    for colours in (256, 128, 64, 32):
        flat.quantize(colours, dither=Image.Dither.NONE).save(target, optimize=True)
        if target.stat().st_size <= README_BYTES:
            return
    raise ValueError(f"{target.name} stays larger than {README_BYTES} bytes")
