"""Look at one image in a process of its own (`image_nursery`); run, never imported by the service.

The original is standard input, the bounds are the first argument (JSON), standard output is one
line of JSON and after it the bytes of the copies, in the order of its `copies`.

Invariants: memory, processor time and what it may write are bounded before a decoder is loaded;
pixels are counted before anything is decoded; only the decoder of the announced type is tried; it
gets no environment and knows nothing of the service. Whatever it says is checked by who started it.
"""

import io
import json
import resource
import sys
import warnings
from pathlib import Path
from typing import Any, BinaryIO

OUTPUT_BYTES = 32 << 20
OOM_SCORE = Path("/proc/self/oom_score_adj")
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
QUALITY = {"thumbnail": 75, "screen": 80}
# EXIF 2.32, tags of the first directory and of the Exif directory.
ORIENTATION, MAKER, MODEL, CHANGED, EXIF_DIRECTORY, TAKEN = (
    0x0112, 0x010F, 0x0110, 0x0132, 0x8769, 0x9003,
)  # fmt: skip
TEXT_MAX = 64
SIDE = 12  # of the grid whose neighbours are compared: 2 x 144 bits
FLAT_BITS = 12  # fewer rises or falls than this say nothing about what a picture shows


def main() -> None:
    """Bound this process, look, and tell."""
    bounds = json.loads(sys.argv[1])
    _confine(bounds["memory_bytes"], bounds["seconds"])
    told: dict[str, Any] = {}
    copies: dict[str, bytes] = {}
    try:
        told["state"] = _look(sys.stdin.buffer, bounds, told, copies)
    except MemoryError:
        copies.clear()
        told["state"] = "out_of_memory"
    told["copies"] = {name: len(copy) for name, copy in copies.items()}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + b"".join(copies.values()))


def _confine(memory_bytes: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    if OOM_SCORE.exists():  # Linux: when memory runs out, this process goes, not the service
        OOM_SCORE.write_text("1000", encoding="ascii")


def _look(
    source: BinaryIO, bounds: dict[str, Any], told: dict[str, Any], copies: dict[str, bytes]
) -> str:
    """Fill in what is seen, as far as it is seen, and return the state."""
    from PIL import Image, UnidentifiedImageError

    media_type = bounds["media_type"]
    if media_type not in FORMATS:
        return "unsupported"
    if media_type == "image/heic":
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    Image.MAX_IMAGE_PIXELS = bounds["pixels"]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source, formats=[FORMATS[media_type]]) as image:
                told |= _header(image)
                if image.width * image.height > bounds["pixels"]:
                    return "too_large"
                return _copy(image, bounds["edges"], told, copies)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return "too_large"
    # Decoders report broken files in all of these ways.
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, LookupError,
            TypeError, ArithmeticError, RuntimeError):  # fmt: skip
        copies.clear()
        return "damaged"


def _header(image: Any) -> dict[str, Any]:
    size = {"width": image.width, "height": image.height}
    return size | {"frames": int(getattr(image, "n_frames", 1)), "exif": _exif(image)}


def _exif(image: Any) -> dict[str, Any]:
    """Return what the camera wrote, as text; broken EXIF is said to be so and spoils nothing."""
    try:
        first = image.getexif()
        taken = first.get_ifd(EXIF_DIRECTORY).get(TAKEN) or first.get(CHANGED)
        orientation = image.info.get("original_orientation") or first.get(ORIENTATION)
        found = {"taken_at": taken, "maker": first.get(MAKER), "model": first.get(MODEL)}
    except Exception:  # noqa: BLE001 - the parser meets hostile bytes; the picture may be whole
        return {"unreadable": True}
    told: dict[str, Any] = {name: _text(said) for name, said in found.items() if _text(said)}
    if isinstance(orientation, int) and 1 <= orientation <= 8:
        told["orientation"] = orientation
    return told


def _text(said: object) -> str:
    """Return a camera's text without what no screen should have to show."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    if not isinstance(text, str):
        return ""
    return "".join(one for one in text if one.isprintable()).strip()[:TEXT_MAX]


def _copy(image: Any, edges: dict[str, int], told: dict[str, Any], copies: dict[str, bytes]) -> str:
    widest = max(edges.values())
    image.draft("RGB", (widest, widest))
    image = _eight_bits(image)
    image.thumbnail((widest, widest), reducing_gap=2.0)
    image = _upright(image, told["exif"].get("orientation", 1))
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    for name, edge in sorted(edges.items(), key=lambda item: -item[1]):
        image.thumbnail((edge, edge))
        output = io.BytesIO()
        image.save(output, "WEBP", quality=QUALITY[name], method=2)
        copies[name] = output.getvalue()
    told["likeness"] = _likeness(image)
    return "made"


def _eight_bits(image: Any) -> Any:
    """Return a grey picture of 16 bits as one of 8, which is all a screen shows."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    return image


def _upright(image: Any, orientation: int) -> Any:
    """Return the picture as the camera was held; HEIC is turned by its decoder already."""
    from PIL.Image import Transpose

    if getattr(image, "format", None) == "HEIF" or "original_orientation" in image.info:
        return image
    turned = {
        2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE, 6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }  # fmt: skip
    return image.transpose(turned[orientation]) if orientation in turned else image


def _likeness(image: Any) -> str:
    """Return 288 bits, in hex, that stay nearly the same when a picture is scaled or saved again.

    Where a coarse grid gets brighter from left to right, then from top to bottom ("dHash").
    Empty for a picture too plain to be told from others.
    """
    from PIL.Image import Resampling

    grey = image.convert("RGB").convert("L")
    wide, high = (SIDE + 1, SIDE), (SIDE, SIDE + 1)
    across = _brighter(list(grey.resize(wide, Resampling.BOX).tobytes()), SIDE + 1, 1)
    down = _brighter(list(grey.resize(high, Resampling.BOX).tobytes()), SIDE, SIDE)
    plain = any(
        not FLAT_BITS <= bits.bit_count() <= SIDE * SIDE - FLAT_BITS for bits in (across, down)
    )
    return "" if plain else f"{across:036x}{down:036x}"


def _brighter(levels: list[int], width: int, step: int) -> int:
    """Return a bit for each place whose neighbour `step` places on is brighter."""
    bits = 0
    for at in range(len(levels) - step):
        if step == 1 and at % width == width - 1:
            continue  # the neighbour would be in the next line
        bits = bits << 1 | (levels[at + step] > levels[at])
    return bits


if __name__ == "__main__":
    main()
