"""Revocations outside the backup: an append-only file beside the checkpoint, one JSON line each.

A line is the op that revoked, as it was signed. A restored database may lack it; this file does
not, so that a stolen phone stays out. Reading tolerates a last line that a power cut halved.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from server.storage import outside_files

Line = Mapping[str, str]
MEMBERS = ("op", "header", "body", "salt", "sig")


def path_beside(checkpoint: Path) -> Path:
    """Return where the file is."""
    return checkpoint.with_name("revocations.jsonl")


def read(path: Path) -> dict[str, Line]:
    """Return every op by its id, in the order written."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").split("\n")
    found = [_parsed(line) for line in lines[:-1]]
    return {line["op"]: line for line in found if line is not None}


def add(path: Path, lines: Sequence[Line]) -> None:
    """Append those that are not there yet."""
    with outside_files.locked(path):
        known = read(path)
        fresh = [
            {name: line[name] for name in MEMBERS} for line in lines if line["op"] not in known
        ]
        if fresh:
            halved = path.exists() and not path.read_bytes().endswith(b"\n")
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in fresh)
            outside_files.add(path, "\n" + text if halved else text)


def _parsed(line: str) -> Line | None:
    """Return a line's op; `None` for one that a power cut halved, which was never promised."""
    try:
        found = json.loads(line)
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) and set(found) == set(MEMBERS) else None
