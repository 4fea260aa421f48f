"""Small file systems that a test may fill to the last byte."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path

import pytest

BALLAST = "ballast"
BLOCKS = (1 << 16, 1 << 12, 1)


@contextmanager
def small_volume(folder: Path, megabytes: int, owner: str | None = None) -> Iterator[Path]:
    """Yield `folder` as a file system of its own; the test is skipped where one may not mount."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={megabytes}m,mode=0700"
    command = ["mount", "-t", "tmpfs", "-o", options, "liuhen-test", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no right to mount a small file system: {done.stderr.strip()}")
    try:
        if owner:
            shutil.chown(folder, owner)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(volume: Path) -> None:
    """Leave not one byte."""
    with (volume / BALLAST).open("ab", buffering=0) as ballast:
        for size in BLOCKS:
            _write_until_full(ballast.fileno(), bytes(size))


def _write_until_full(handle: int, block: bytes) -> None:
    try:
        while os.write(handle, block) == len(block):
            pass
    except OSError as error:
        if error.errno != ENOSPC:
            raise


def free(volume: Path) -> None:
    """Give the space back."""
    (volume / BALLAST).unlink()
