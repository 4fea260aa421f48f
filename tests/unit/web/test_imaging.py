"""Looking at images in a process of its own: what it tells, and how it dies."""

import io
import json
import signal
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image

from server.storage import imaging
from server.storage.imaging import Bounds, Told, look
from tests.support.hostile_images import HOSTILE, heic, picture, saved, scene

BOUNDS = Bounds(120_000_000, 50_000_000, 1 << 30, 60)
OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"


def seen(
    raw: bytes, media_type: str, folder: Path, bounds: Bounds = BOUNDS
) -> tuple[Told, dict[str, Image.Image]]:
    told, copies = look(io.BytesIO(raw), media_type, bounds, folder)
    return told, {name: Image.open(io.BytesIO(copy)) for name, copy in copies.items()}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_its_state(name: str, tmp_path: Path) -> None:
    media_type, make, state = HOSTILE[name]
    told, copies = seen(make(), media_type, tmp_path)
    assert (told.state, bool(copies)) == (state, state == "made")
    for edge, copy in ((imaging.EDGES_PX[name], copy) for name, copy in copies.items()):
        copy.load()
        assert copy.format == "WEBP"
        assert max(copy.size) <= edge
        assert not copy.getexif()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_copies_are_made_in_two_sizes(form: str, tmp_path: Path) -> None:
    raw = picture((2400, 1800), form)
    told, copies = seen(raw, f"image/{form.lower()}", tmp_path)
    assert (told.state, told.width, told.height) == ("made", 2400, 1800)
    assert {name: copy.size for name, copy in copies.items()} == {
        "thumbnail": (320, 240),
        "screen": (1600, 1200),
    }


def test_what_is_small_stays_as_small(tmp_path: Path) -> None:
    assert seen(picture((200, 100)), "image/jpeg", tmp_path)[1]["screen"].size == (200, 100)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_copy_is_turned_as_the_camera_was_held(orientation: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = scene((400, 200))
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    held = upright.transpose(turns[orientation]) if orientation in turns else upright
    told, copies = seen(saved(held, "JPEG", exif=exif, quality=95), "image/jpeg", tmp_path)
    assert told.exif.orientation == orientation
    copy = copies["screen"].convert("RGB")
    assert copy.size == (400, 200)
    assert copy.getpixel((150, 80))[0] > 150  # the red field of the scene
    assert copy.getpixel((150, 80))[1] < 90


def test_heic_is_read_and_turned_once(tmp_path: Path) -> None:
    told, copies = seen(heic((640, 480), orientation=6), "image/heic", tmp_path)
    assert told.state == "made"
    assert copies["thumbnail"].size == (240, 320)
    assert told.exif.orientation == 6


def test_what_the_camera_claims_is_kept_as_printable_text(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker\x1b[31m\u202e"
    exif[0x0110] = "M" * 500
    exif.get_ifd(0x8769)[0x9003] = "2031:02:30 25:61:00"
    told, _ = seen(saved(scene(), "JPEG", exif=exif), "image/jpeg", tmp_path)
    assert told.exif.taken_at == "2031:02:30 25:61:00"
    assert told.exif.maker == "Maker[31m?"  # the escape is gone, what is no ASCII never was
    assert told.exif.model == "M" * 64


def test_the_announced_type_alone_is_tried(tmp_path: Path) -> None:
    assert seen(picture(form="PNG"), "image/jpeg", tmp_path)[0].state == "damaged"
    assert seen(b"anything", "image/gif", tmp_path)[0].state == "unsupported"
    assert seen(b"", "image/jpeg", tmp_path)[0].state == "damaged"


def test_pixels_are_counted_before_they_are_decoded(tmp_path: Path) -> None:
    raw = picture((1001, 1000), "PNG")
    small = Bounds(1_000_000, 1_000_000, 1 << 30, 60)
    assert seen(raw, "image/png", tmp_path, small)[0].state == "too_large"
    assert seen(raw, "image/png", tmp_path, Bounds(1, 1_001_000, 1 << 30, 60))[0].state == "made"


def test_too_little_memory_is_a_state(tmp_path: Path) -> None:
    raw = picture((6000, 6000), "PNG")
    told, copies = seen(raw, "image/png", tmp_path, Bounds(1, 50_000_000, 160 << 20, 60))
    assert (told.state, copies) == ("out_of_memory", {})


def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> str:
    """Let another program stand in for the child; return the state that comes of it."""
    script = tmp_path / "child.py"
    script.write_text(code, encoding="utf-8")
    monkeypatch.setattr(imaging, "CHILD", script)
    return look(io.BytesIO(b""), "image/png", Bounds(1, 1, 1 << 30, 1), tmp_path)[0].state


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("import time; time.sleep(30)", "too_slow"),
        (f"import os; os.kill(os.getpid(), {int(signal.SIGXCPU)})", "too_slow"),
        ("import os; os.kill(os.getpid(), 9)", "out_of_memory"),
        ("import os; os.kill(os.getpid(), 11)", "crashed"),
        ("raise SystemExit(3)", "crashed"),
        ("", "crashed"),
        ("print('x' * 100000)", "crashed"),
    ],
)
def test_the_childs_death_is_a_state(
    code: str, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert child(tmp_path, monkeypatch, code) == state


@pytest.mark.parametrize(
    "told",
    [
        {"state": "fine", "copies": {}},
        {"state": "made", "copies": {}},
        {"state": "made", "copies": {"thumbnail": 4, "screen": 4}},
        {"state": "damaged", "copies": {"../x": 4}},
        {"state": "damaged", "copies": {}, "exif": {"maker": "x" * 65}},
        {"state": "damaged", "copies": {}, "exif": {"orientation": 9}},
        {"state": "damaged", "copies": {}, "width": -1},
        {"state": "damaged", "copies": {}, "likeness": "zz"},
        {"state": "damaged", "copies": {}, "more": 1},
    ],
)
def test_a_child_that_was_taken_over_is_not_believed(
    told: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = f"print({json.dumps(told)!r}); print('x' * 8)"
    assert child(tmp_path, monkeypatch, code) == "crashed"


def test_the_child_gets_neither_environment_nor_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    out = tmp_path / "out"
    code = (
        "import os; fds = os.listdir('/proc/self/fd')\n"
        f"open({str(out)!r}, 'w').write(str(dict(os.environ)) + str(len(fds)))"
    )
    child(tmp_path, monkeypatch, code)
    assert "secret" not in out.read_text()
    assert out.read_text().endswith("4")  # three and the listing itself


def test_every_state_is_documented() -> None:
    page = OPERATIONS.read_text(encoding="utf-8")
    assert [state for state in get_args(imaging.State) if f"`{state}`" not in page] == []
