"""Part files: the size is the offset, and of two writers one finds out."""

import hashlib
from pathlib import Path

import pytest

from server.storage.upload_parts import OffsetMovedError, PartFiles

NAME = "0" * 32


@pytest.fixture
def parts(tmp_path: Path) -> PartFiles:
    made = PartFiles(tmp_path / "uploads")
    made.create(NAME)
    return made


def test_the_size_of_the_file_is_the_offset(parts: PartFiles) -> None:
    assert parts.size(NAME) == 0
    assert parts.append(NAME, 0, b"abc", 10) == 3
    assert parts.size(NAME) == 3
    assert parts.append(NAME, 3, b"de", 10) == 5
    parts.durable(NAME)
    assert parts.sha256(NAME) == hashlib.sha256(b"abcde").hexdigest()


def test_a_writer_who_believes_in_an_old_offset_writes_nothing(parts: PartFiles) -> None:
    parts.append(NAME, 0, b"abc", 10)
    with pytest.raises(OffsetMovedError):
        parts.append(NAME, 0, b"xyz", 10)
    assert parts.path(NAME).read_bytes() == b"abc"


def test_nothing_is_written_beyond_the_announced_length(parts: PartFiles) -> None:
    with pytest.raises(OffsetMovedError):
        parts.append(NAME, 0, b"abcd", 3)
    assert parts.size(NAME) == 0


def test_a_second_upload_of_one_name_is_refused(parts: PartFiles) -> None:
    with pytest.raises(FileExistsError):
        parts.create(NAME)


def test_a_staged_chunk_leaves_nothing_behind(parts: PartFiles) -> None:
    with parts.staging(NAME) as staged:
        staged.write(b"unproven")
        assert len(list(parts.folder.iterdir())) == 2
    assert [path.name for path in parts.folder.iterdir()] == [f"{NAME}.part"]


def test_removing_twice_is_as_good_as_once(parts: PartFiles) -> None:
    parts.remove(NAME)
    parts.remove(NAME)
    with pytest.raises(FileNotFoundError):
        parts.size(NAME)
