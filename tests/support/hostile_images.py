"""Images that cameras, broken cards and attackers make; each is made when a test asks for it."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pillow_heif
from PIL import Image, PngImagePlugin

RED, GREY = (200, 40, 30), (120, 120, 120)


def picture(size: tuple[int, int] = (800, 600), form: str = "JPEG", **more: object) -> bytes:
    """Return a picture with shapes in it, so that it can be told from others."""
    return saved(scene(size), form, **more)


def scene(size: tuple[int, int] = (800, 600), shift: int = 0) -> Image.Image:
    """Return a picture; `shift` moves what is in it by so many tenths of its width."""
    noise = Image.effect_mandelbrot((160, 120), (-2 + shift / 10, -1.2, 1, 1.2), 60)
    image = noise.resize(size, Image.Resampling.BICUBIC).convert("RGB")
    image.paste(RED, (size[0] // 3, size[1] // 3, size[0] // 2, size[1] // 2))
    return image


def saved(image: Image.Image, form: str, **more: object) -> bytes:
    """Return an image's file."""
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def heic(size: tuple[int, int] = (640, 480), orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    pillow_heif.from_pillow(scene(size)).save(out, quality=60, exif=exif.tobytes())
    return out.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    """Return a PNG chunk."""
    checked = name + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def png_of(width: int, height: int, data: bytes) -> bytes:
    """Return a PNG of one bit a pixel that claims a size."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", data), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def pixel_bomb() -> bytes:
    """900 million pixels in 110 kB."""
    return png_of(30_000, 30_000, zlib.compress(bytes(3751 * 30_000), 9))


def text_bomb() -> bytes:
    """A small picture with a comment that unpacks to 64 MB."""
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "x" * (64 << 20), zip=True)
    return saved(scene(), "PNG", pnginfo=info)


def claimed_bomb() -> bytes:
    """A header that claims 2^31-1 pixels a side, and nothing behind it."""
    return png_of(2**31 - 1, 2**31 - 1, b"")


def giant_exif() -> bytes:
    """A photo whose camera wrote as much as a segment holds, and 30 segments of it."""
    exif = Image.Exif()
    exif[0x010F] = "M" * 60_000
    exif[0x0112] = 6
    raw = saved(scene((800, 400)), "JPEG", exif=exif)
    segment = b"\xff\xe1" + struct.pack(">H", 65_000) + b"Exif\x00\x00" + b"\xff" * 64_992
    return raw[:2] + segment * 30 + raw[2:]


def looping_exif() -> bytes:
    """An Exif directory that points to itself."""
    tiff = b"II*\x00\x08\x00\x00\x00" + struct.pack("<HHHII", 1, 0x8769, 4, 1, 8) + bytes(4)
    segment = b"\xff\xe1" + struct.pack(">H", len(tiff) + 8) + b"Exif\x00\x00" + tiff
    raw = picture()
    return raw[:2] + segment + raw[2:]


def polyglot() -> bytes:
    """A photo that is a zip and a page with a script too."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("index.html", "<script>alert(1)</script>")
    return picture() + b"<script>alert(1)</script>" + archive.getvalue()


def animated(form: str) -> bytes:
    """Three pictures in one file."""
    more = [scene(shift=2), scene(shift=4)]
    return saved(scene(), form, save_all=True, append_images=more, duration=100)


# What it is: (media type, how it is made, the state it ends in).
HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "pixel bomb": ("image/png", pixel_bomb, "too_large"),
    "text bomb": ("image/png", text_bomb, "damaged"),
    "claims 2^62 pixels": ("image/png", claimed_bomb, "too_large"),
    "truncated JPEG": ("image/jpeg", lambda: picture(quality=95)[:9000], "damaged"),
    "JPEG cut in its header": ("image/jpeg", lambda: picture()[:30], "damaged"),
    "truncated PNG": ("image/png", lambda: picture(form="PNG")[:9000], "damaged"),
    "truncated WebP": ("image/webp", lambda: picture(form="WEBP")[:3000], "damaged"),
    "truncated HEIC": ("image/heic", lambda: heic()[:2000], "damaged"),
    "HEIC without content": ("image/heic", lambda: heic()[:40], "damaged"),
    "polyglot": ("image/jpeg", polyglot, "made"),
    "CMYK": ("image/jpeg", lambda: saved(scene().convert("CMYK"), "JPEG"), "made"),
    "grey": ("image/jpeg", lambda: saved(scene().convert("L"), "JPEG"), "made"),
    "16 bits a pixel": (
        "image/png", lambda: saved(scene().convert("L").convert("I;16"), "PNG"), "made",
    ),
    "palette with transparency": (
        "image/png", lambda: saved(scene().quantize(8), "PNG", transparency=1), "made",
    ),
    "animated PNG": ("image/png", lambda: animated("PNG"), "made"),
    "animated WebP": ("image/webp", lambda: animated("WEBP"), "made"),
    "giant EXIF": ("image/jpeg", giant_exif, "made"),
    "looping EXIF": ("image/jpeg", looping_exif, "made"),
    "one pixel": ("image/png", lambda: saved(Image.new("RGB", (1, 1)), "PNG"), "made"),
    "one line": ("image/jpeg", lambda: saved(Image.new("RGB", (9000, 1)), "JPEG"), "made"),
}  # fmt: skip
