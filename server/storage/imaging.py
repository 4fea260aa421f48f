"""What an image is, and its small copies: found by a process of its own, for it may be hostile.

Invariants: the process is bounded in memory and time and its death is a state like any other; what
it tells is checked as strictly as what a phone tells, since a decoder may have been taken over;
nothing here changes an original. Not here: which files are looked at, and where the copies go.
"""

import atexit
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

import msgspec

State = Literal[
    "made", "damaged", "too_large", "unsupported", "out_of_memory", "too_slow", "crashed", "missing"
]

EDGES_PX = {"thumbnail": 320, "screen": 1600}
TOOL = f"Pillow {version('pillow')}, pillow-heif {version('pillow-heif')}"
CHILD = Path(__file__).parent / "image_child.py"
NURSERY = CHILD.with_name("image_nursery.py")
HEAD_BYTES = 1 << 14
COPY_BYTES = 16 << 20
NO_ENVIRONMENT: Mapping[str, str] = {}
# How a process ends that went beyond its bounds; the kernel kills it where the machine is full.
DEATHS: Mapping[int, State] = {-signal.SIGXCPU: "too_slow", -signal.SIGKILL: "out_of_memory"}
# JPEG alone is decoded at a fraction of its size.
DECODED_SMALLER = "image/jpeg"

Pixels = Annotated[int, msgspec.Meta(ge=1, le=1 << 31)]
Short = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Exif(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What the camera claims: data, never fact."""

    orientation: Annotated[int, msgspec.Meta(ge=1, le=8)] | None = None
    taken_at: Short | None = None
    maker: Short | None = None
    model: Short | None = None
    unreadable: bool = False


class Told(msgspec.Struct, forbid_unknown_fields=True):
    """The line of JSON a look ends with."""

    state: State
    copies: dict[Literal["thumbnail", "screen"], Annotated[int, msgspec.Meta(ge=1, le=COPY_BYTES)]]
    width: Pixels | None = None
    height: Pixels | None = None
    frames: Pixels = 1
    exif: Exif = msgspec.field(default_factory=Exif)
    likeness: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{72})?$")] = ""


@dataclass(frozen=True)
class Bounds:
    """How much one look may take."""

    jpeg_pixels: int
    other_pixels: int
    memory_bytes: int
    seconds: int


class _Nursery:
    """The process that forks one for each image; started when needed, anew after its end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, request: dict[str, str], seconds: float) -> int | None:
        """Return the exit code of a look (negative: the signal), None when it took too long."""
        with self._lock:
            process = self._process = self._process or self._start()
            assert process.stdin is not None and process.stdout is not None  # noqa: PT018, S101
            try:
                process.stdin.write(json.dumps(request).encode() + b"\n")
                process.stdin.flush()
                ready, _, _ = select.select([process.stdout], [], [], seconds)
                said = process.stdout.readline() if ready else None
            except BrokenPipeError:
                said = b""
            if said and said.strip().lstrip(b"-").isdigit():
                return int(said)
            self._end(process)
            return None if said is None else 1

    def close(self) -> None:
        """End it; the service goes."""
        if self._process is not None:
            self._end(self._process)

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - our own file; nothing of an image is in the command
            [sys.executable, "-I", str(NURSERY)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=NO_ENVIRONMENT, start_new_session=True,
        )  # fmt: skip

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        """Kill it and whatever it started."""
        self._process = None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


_nursery = _Nursery()
atexit.register(_nursery.close)


def look(
    source: BinaryIO, media_type: str, bounds: Bounds, folder: Path
) -> tuple[Told, dict[str, bytes]]:
    """Return what an image is and its copies by name; never raises for what a file holds.

    `folder` takes the original and the answer for as long as it takes.
    """
    with tempfile.TemporaryDirectory(dir=folder) as place:
        original, answer = Path(place, "original"), Path(place, "answer")
        with original.open("wb") as copied:
            shutil.copyfileobj(source, copied)
        answer.touch()
        died = _run(original, answer, media_type, bounds)
        if died is not None:
            return Told(died, {}), {}
        with answer.open("rb") as said:
            return _read(said)


def _run(original: Path, answer: Path, media_type: str, bounds: Bounds) -> State | None:
    """Look; return the state its death stands for, None when it ended well."""
    pixels = bounds.jpeg_pixels if media_type == DECODED_SMALLER else bounds.other_pixels
    said = {
        "media_type": media_type,
        "pixels": pixels,
        "edges": EDGES_PX,
        "memory_bytes": bounds.memory_bytes,
        "seconds": bounds.seconds,
    }
    paths = {"program": str(CHILD), "original": str(original), "answer": str(answer)}
    code = _nursery.run(paths | {"bounds": json.dumps(said)}, bounds.seconds)
    if code is None:
        return "too_slow"
    return DEATHS.get(code, "crashed") if code else None


def _read(answer: Any) -> tuple[Told, dict[str, bytes]]:
    try:
        told = msgspec.json.decode(answer.readline(HEAD_BYTES), type=Told)
    except msgspec.DecodeError:
        return Told("crashed", {}), {}
    copies = {name: answer.read(size) for name, size in told.copies.items()}
    whole = all(_is_webp(copy) and len(copy) == told.copies[name] for name, copy in copies.items())
    if not whole or (told.state == "made") != (copies.keys() == EDGES_PX.keys()):
        return Told("crashed", {}), {}
    return told, copies


def _is_webp(copy: bytes) -> bool:
    return copy[:4] == b"RIFF" and copy[8:12] == b"WEBP"
