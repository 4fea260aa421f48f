"""Reading the vector files."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "sync_protocol" / "vectors"


def cases(name: str, do: str | None = None) -> list[Any]:
    """The cases of one file (of one sort), as pytest parameters that carry their names."""
    found = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    chosen = [case for case in found if do is None or case["do"] == do]
    assert chosen, f"{name} has no case of {do}"
    return [pytest.param(case, id=case["name"].replace(" ", "_")) for case in chosen]
