"""Photos as phones make them: a few made here, and a folder of real ones where there is one.

The folder is `LIUHEN_TEST_PHOTOS`, or `shared/photos` beside the repository; nothing needs it.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from tests.support.hostile_images import heic, picture, saved, scene

TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp",
         ".heic": "image/heic"}  # fmt: skip
BESIDE = Path(__file__).resolve().parents[3] / "shared" / "photos"
FOLDER = Path(os.environ.get("LIUHEN_TEST_PHOTOS", BESIDE))
NO_FOLDER = "LIUHEN_TEST_PHOTOS names no folder of photos, and shared/photos is not beside us"


def generated() -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of photos as phones make them; the last one is cut off."""
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "upright.jpg", picture((3000, 2000), quality=90)
    yield "turned.jpg", saved(scene((1200, 900), 1), "JPEG", exif=exif)
    yield "screenshot.png", picture((1080, 1920), "PNG")
    yield "lossless.webp", saved(scene((900, 1600), 2), "WEBP", lossless=True)
    yield "phone.heic", heic((1200, 900))
    yield "cut.jpg", picture((800, 800), quality=95)[:20_000]


def of_folder() -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of the real ones."""
    for path in sorted(FOLDER.iterdir()):
        if path.suffix.lower() in TYPES:
            yield path.name, path.read_bytes()
