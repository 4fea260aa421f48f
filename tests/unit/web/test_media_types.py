"""What a file's first bytes show."""

import pytest

from server.storage import media_types
from tests.support.hostile_images import heic, picture


@pytest.mark.parametrize(
    ("form", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_the_first_bytes_name_the_type(form: str, media_type: str) -> None:
    raw = picture(form=form)
    assert media_types.media_type_of(raw[: media_types.HEAD_BYTES]) == media_type


def test_a_phones_heic_is_one() -> None:
    assert media_types.media_type_of(heic()[: media_types.HEAD_BYTES]) == "image/heic"


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
