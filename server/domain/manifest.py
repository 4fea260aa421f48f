"""A docking station's manifest: a file's bytes in, rows accepted or refused by line out. Pure.

CSV and JSON, UTF-8 (with or without a mark) and GB18030; columns by any of their names in
`tables/cameras.json`. One bad row never costs the others. `READER` is written into the log beside
the file: whoever changes what a file means raises it and keeps the old reading. Times are what the
camera's clock showed, Beijing's unless they say otherwise. Not here: storing them
(`services.manifests`).
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any, TypeVar

from server.domain.footage import Footage, camera_key
from sync_protocol import canonical
from sync_protocol.cameras import CAMERAS, NamedFile, file_named, local_ms
from sync_protocol.rules import LIMITS

T = TypeVar("T")

READER = 1
TAG = b"liuhen.footage.v1\0"
LONGEST_MS: int = CAMERAS["longest_file_ms"]
MAX_ROWS: int = LIMITS["manifest_rows"]
LONGEST_TEXT = {"camera": 40, "file_name": 200, "station": 60, "officer": 40}
BIG = 2**53 - 1

_NAMES = {
    alias.casefold(): name for name, aliases in CAMERAS["columns"].items() for alias in aliases
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MOMENT = re.compile(
    r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?[ T]*"
    r"(\d{2}):?(\d{2})(?::?(\d{2}))?(?:[.]\d{1,9})?(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})", re.ASCII)
_NUMBER = re.compile(r"\d{1,16}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


class ManifestUnreadable(ValueError):
    """The file as a whole can't be read; the message says why in one sentence."""


class TooManyRows(ValueError):
    """The file has more rows than `manifest_rows` of `limits.json`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One accepted row; `delete_on` is the station's date of deletion, or empty."""

    line: int
    footage: Footage
    delete_on: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused row: its line in the file (JSON: its place from 1) and a code of `row_codes`."""

    line: int
    code: str


@dataclass(frozen=True)
class Manifest:
    """What a file says."""

    media_type: str
    rows: list[Row] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def digest(self) -> str:
        """Return the SHA-256 over the accepted rows' ids, in the order of the file."""
        return sha256("".join(f"{row.footage.id}\n" for row in self.rows).encode()).hexdigest()


class _Refused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(raw: bytes, station: str = "") -> Manifest:
    """Read a file; `station` is for rows that name none.

    Raises `ManifestUnreadable`, `TooManyRows`.
    """
    text = _decoded(raw)
    is_json = text.lstrip()[:1] in ("[", "{")
    found = Manifest("application/json" if is_json else "text/csv")
    seen: set[str] = set()
    for number, (line, values) in enumerate(_json_rows(text) if is_json else _csv_rows(text)):
        if number >= MAX_ROWS:
            raise TooManyRows
        try:
            row = _row(line, values, station)
        except _Refused as refused:
            found.refused.append(Refusal(line, refused.code))
            continue
        if row.footage.id in seen:
            found.refused.append(Refusal(line, "repeated"))
            continue
        seen.add(row.footage.id)
        found.rows.append(row)
    if not found.rows and not found.refused:
        raise ManifestUnreadable("There is no row in it.")
    return found


def footage_id(
    station: str, camera: str, file_name: str, started_at_ms: int, ended_at_ms: int,
    size_bytes: int, digest: str, officer: str,
) -> str:  # fmt: skip
    """Return the id of a row: two rows with the same content are the same footage (SPEC 8)."""
    content: dict[str, Any] = {
        "station": station,
        "camera": camera,
        "file_name": file_name,
        "started_at_ms": started_at_ms,
        "ended_at_ms": ended_at_ms,
        "size_bytes": size_bytes,
    }
    content |= {"sha256": digest} if digest else {}
    content |= {"officer": officer} if officer else {}
    return sha256(TAG + canonical.encode(content)).hexdigest()


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ManifestUnreadable("It is neither UTF-8 nor GB18030 text.")


def _csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        names = _header(next(reader, []))
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                fits = len(cells) == len(names)
                yield line, _named(names, cells) if fits else None
            line = reader.line_num + 1
    except csv.Error as error:
        raise ManifestUnreadable(f"Line {line}: {error}.") from None


def _header(cells: list[str]) -> list[str]:
    names = [_NAMES.get(cell.strip().casefold(), "") for cell in cells]
    known = [name for name in names if name]
    if len(set(known)) != len(known):
        raise ManifestUnreadable("The first line names a column twice.")
    if "file_name" not in known:
        raise ManifestUnreadable("The first line names no column of file names.")
    return names


def _named(names: list[str], cells: list[str]) -> dict[str, str]:
    return {name: cell.strip() for name, cell in zip(names, cells, strict=True) if name}


def _json_rows(text: str) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    try:
        value = json.loads(text, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise ManifestUnreadable("It is not JSON.") from None
    rows = value.get("rows") if isinstance(value, dict) else value
    if not isinstance(rows, list):
        raise ManifestUnreadable('It is neither a list nor an object with a list "rows".')
    for number, row in enumerate(rows, 1):
        yield number, _plain(row) if isinstance(row, dict) else None


def _plain(row: Mapping[str, Any]) -> dict[str, str] | None:
    """Return an object's members by their columns, None when one is no text or whole number."""
    found: dict[str, str] = {}
    for alias, value in row.items():
        name = _NAMES.get(alias.strip().casefold())
        if name is None or value is None:
            continue
        if name in found or isinstance(value, bool) or not isinstance(value, str | int):
            return None
        if isinstance(value, int) and abs(value) > BIG:
            return None
        found[name] = str(value).strip()
    return found


def _row(line: int, values: Mapping[str, str] | None, station: str) -> Row:
    if values is None or any(map(_unfit, values.items())):
        raise _Refused("row_malformed")
    file_name = values.get("file_name", "")
    if not file_name:
        raise _Refused("file_name_missing")
    told = file_named(file_name)
    camera = camera_key(values.get("camera", "")) or camera_key(told.camera if told else "")
    if not camera:
        raise _Refused("camera_missing")
    started, ended = _range(values, told)
    where = values.get("station", "") or station
    if not where:
        raise _Refused("station_missing")
    size = _parsed(values.get("size_bytes", ""), _size, "size_invalid")
    digest = values.get("sha256", "").lower()
    if digest and not _HASH.fullmatch(digest):
        raise _Refused("hash_invalid")
    officer = values.get("officer", "") or (told.officer if told else "")
    delete_on = values.get("delete_on", "")
    if delete_on:
        delete_on = _parsed(delete_on, _day, "date_invalid")
    content = (where, camera, file_name, started, ended, size, digest, officer)
    return Row(line, Footage(footage_id(*content), *content), delete_on)


def _unfit(member: tuple[str, str]) -> bool:
    name, text = member
    if len(text) > LONGEST_TEXT.get(name, 100) or _CONTROL.search(text) is not None:
        return True
    return any("\ud800" <= one <= "\udfff" for one in text)


def _range(values: Mapping[str, str], told: NamedFile | None) -> tuple[int, int]:
    text = values.get("started_at", "")
    if not text and told is not None:
        started = told.started_at_ms
    else:
        started = _parsed(text, moment_ms, "start_invalid")
    if ended_at := values.get("ended_at", ""):
        ended = _parsed(ended_at, moment_ms, "end_invalid")
    else:
        ended = started + _parsed(values.get("length", ""), _length_ms, "end_invalid")
    if ended < started:
        raise _Refused("range_backwards")
    if ended - started > LONGEST_MS:
        raise _Refused("too_long")
    return started, ended


def _parsed(text: str, parse: Callable[[str], T | None], code: str) -> T:
    value = parse(text)
    if value is None:
        raise _Refused(code)
    return value


def moment_ms(text: str) -> int | None:
    """Return milliseconds since 1970: of 13 digits as they are, else of a date and time."""
    if len(text) == 13 and _NUMBER.fullmatch(text):
        return int(text)
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    *parts, zone = found.groups()
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    local = local_ms(year, month, day, hour, minute, second)
    if local is None or zone is None:
        return local
    shift = 0 if zone == "Z" else _minutes(zone)
    moment = local + (8 * 60 - shift) * 60_000
    return moment if moment >= 0 else None


def _minutes(zone: str) -> int:
    digits = zone[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return -minutes if zone[0] == "-" else minutes


def _length_ms(text: str) -> int | None:
    """Return a length in seconds, or in hours, minutes and seconds."""
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return ((hours * 60 + minutes) * 60 + seconds) * 1000
    whole, _, rest = text.partition(".")
    if not _NUMBER.fullmatch(whole) or (rest and not _NUMBER.fullmatch(rest)):
        return None
    return int(whole) * 1000 + int(f"{rest}000"[:3])


def _size(text: str) -> int | None:
    plain = text.replace(",", "")
    return int(plain) if _NUMBER.fullmatch(plain) and int(plain) <= BIG else None


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text.replace("/", "-")).isoformat()
    except ValueError:
        return None
