"""Small copies of photos, and what a file's first bytes show."""

import io

import pytest
from PIL import Image

from server.storage import imaging, media_types
from server.storage.imaging import NoThumbnail


def picture(size: tuple[int, int] = (800, 600), form: str = "JPEG", **more: object) -> bytes:
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 4))
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def opened(raw: bytes) -> Image.Image:
    return Image.open(io.BytesIO(raw))


@pytest.mark.parametrize(
    ("form", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_the_first_bytes_name_the_type_and_the_copy_is_a_small_webp(
    form: str, media_type: str
) -> None:
    raw = picture(form=form)
    assert media_types.media_type_of(raw[: media_types.HEAD_BYTES]) == media_type
    copy = opened(imaging.thumbnail(io.BytesIO(raw), media_type))
    assert (copy.format, copy.size) == ("WEBP", (320, 240))


@pytest.mark.parametrize(
    "head",
    [
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        b"\x00\x00\x00\x18ftypmsf1\x00\x00\x00\x00mif1heic",
        b"\x00\x00\x00\x1cftypjunk\x00\x00\x00\x00junkjunkheic",
    ],
)
def test_heic_is_known_by_its_brands(head: bytes) -> None:
    assert media_types.media_type_of(head) == "image/heic"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"GIF89a" + bytes(58),
        b"<html>",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"%PDF-1.7",
        b"\x00\x00\x00\x18ftypjunk\x00\x00\x00\x00junkjunk",
        b"\x00\x00\x00\x0cftypjunk" + bytes(8) + b"heic",
        b"\x1a\x45\xdf\xa3\x42\x82\x88matroska",
        b"\xff\xd8",
    ],
)
def test_what_we_do_not_take_has_no_type(head: bytes) -> None:
    assert media_types.media_type_of(head) is None


@pytest.mark.parametrize(
    "head",
    [
        b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp42",
        b"\x00\x00\x00\x0cftypmp42" + bytes(8) + b"heic",
    ],
)
def test_a_film_or_sound_is_no_photo(head: bytes) -> None:
    assert media_types.media_type_of(head) == "audio/mp4"


def test_the_copy_is_turned_as_the_camera_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # rotated by 90 degrees
    raw = picture((800, 400), exif=exif)
    assert opened(imaging.thumbnail(io.BytesIO(raw), "image/jpeg")).size == (160, 320)


@pytest.mark.parametrize("cut", [30, 600, 1500])
def test_a_truncated_photo_is_damaged(cut: int) -> None:
    raw = picture(quality=95)
    assert cut < len(raw)
    with pytest.raises(NoThumbnail) as reason:
        imaging.thumbnail(io.BytesIO(raw[:cut]), "image/jpeg")
    assert reason.value.state == "damaged"


def test_more_pixels_than_allowed_are_never_decoded() -> None:
    bomb = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    with pytest.raises(NoThumbnail) as reason:
        imaging.thumbnail(io.BytesIO(bomb.getvalue()), "image/png")
    assert reason.value.state == "too_large"


def test_a_format_hidden_behind_another_type_is_not_decoded() -> None:
    with pytest.raises(NoThumbnail) as reason:
        imaging.thumbnail(io.BytesIO(picture(form="PNG")), "image/jpeg")
    assert reason.value.state == "damaged"


def test_heic_is_kept_without_a_copy() -> None:
    with pytest.raises(NoThumbnail) as reason:
        imaging.thumbnail(io.BytesIO(b"anything"), "image/heic")
    assert reason.value.state == "unsupported"
