"""The small copy of an image, by Pillow; every file is treated as hostile.

Invariants: pixels are counted before anything is decoded, which bounds memory; only the decoders
of the formats we take are ever tried; nothing here changes an original. Not here: which files are
wanted, and where the copies go.
"""

import io
import warnings
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

THUMBNAIL_EDGE_PX = 320
THUMBNAIL_QUALITY = 75
# A 108-megapixel phone camera fits, a pixel bomb does not. JPEG is decoded at reduced size, the
# others whole, at 4 bytes a pixel.
PIXELS_MAX = {"image/jpeg": 120_000_000, "image/png": 40_000_000, "image/webp": 40_000_000}
TOOL = f"Pillow {Image.__version__} WebP {THUMBNAIL_EDGE_PX}px"  # type: ignore[attr-defined]

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}

# Pillow's own check, for what it decodes inside `open`; it warns at this and raises at twice this.
Image.MAX_IMAGE_PIXELS = max(PIXELS_MAX.values())


class NoThumbnail(Exception):
    """Why there is none: `damaged`, `too_large` or `unsupported`."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


def thumbnail(source: BinaryIO, media_type: str) -> bytes:
    """Return a WebP of at most 320 px, turned as the camera was held; raise `NoThumbnail`."""
    if media_type not in FORMATS:
        raise NoThumbnail("unsupported")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _shrunk(source, media_type)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NoThumbnail("too_large") from None
    # Pillow's decoders report broken files in all of these ways.
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError,
            TypeError, OverflowError, ZeroDivisionError, KeyError) as error:  # fmt: skip
        raise NoThumbnail("damaged") from error


def _shrunk(source: BinaryIO, media_type: str) -> bytes:
    with Image.open(source, formats=[FORMATS[media_type]]) as image:
        if image.width * image.height > PIXELS_MAX[media_type]:
            raise NoThumbnail("too_large")
        image.draft("RGB", (THUMBNAIL_EDGE_PX * 2, THUMBNAIL_EDGE_PX * 2))
        image.thumbnail((THUMBNAIL_EDGE_PX * 2, THUMBNAIL_EDGE_PX * 2), reducing_gap=2.0)
        upright = ImageOps.exif_transpose(image)
        small = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        small.thumbnail((THUMBNAIL_EDGE_PX, THUMBNAIL_EDGE_PX))
        output = io.BytesIO()
        small.save(output, "WEBP", quality=THUMBNAIL_QUALITY, method=2)
        return output.getvalue()
