# ruff: noqa: E501 (a case a line reads as a table)
"""Write every vector file: `python -m sync_protocol.vectors.generate`. The same bytes every time."""

import json
from pathlib import Path
from typing import Any

from sync_protocol.vectors import (
    camera_cases,
    canonical_cases,
    fold_cases,
    kind_cases,
    log_cases,
    op_cases,
    type_cases,
    upcast_cases,
)

FOLDER = Path(__file__).parent

FILES = {
    "canonical": ("The JSON profile: texts accepted, and neighbours that are not", canonical_cases.cases),
    "ops": ("Identity, commitment and signature of an op", op_cases.ops),
    "ids": ("Ids made by authors, and the pairing code", op_cases.ids),
    "types": ("Every type of the kinds table", type_cases.cases),
    "kinds": ("Whole bodies: what they name, and which member does not fit", kind_cases.cases),
    "admission": ("Push items: admitted, or rejected with a code", op_cases.admission),
    "upcast": ("Bodies in earlier shapes, and what they are read as", upcast_cases.cases),
    "fold": ("What an op does to rows: every effect, outcome and refusal", fold_cases.cases),
    "overdue": ("A deadline ends at 24:00 in Beijing", fold_cases.overdue),
    "merkle": ("Roots and proofs of RFC 9162, and proofs that must fail", log_cases.merkle),
    "note": ("Signed checkpoints, and notes that must not open", log_cases.note),
    "leaves": ("Leaf records, tree entries and receipts", log_cases.leaves),
    "cameras": ("Body cameras: names of files, stretches that nothing covers", camera_cases.cases),
    "tiles": ("Paths of tlog-tiles", log_cases.tiles),
}  # fmt: skip


def document(name: str) -> dict[str, Any]:
    """Return one file's content."""
    about, cases = FILES[name]
    found = cases()
    names = [case["name"] for case in found]
    if len(set(names)) != len(names):
        raise ValueError(f"{name}: a case name is used twice")
    return {"about": about, "cases": found}


def text_of(name: str) -> str:
    """Return one file's text: a case a line, so that a change shows as one line."""
    content = document(name)
    lines = [json.dumps(case, ensure_ascii=True) for case in content["cases"]]
    about = json.dumps(content["about"], ensure_ascii=False)
    return f'{{\n"about": {about},\n"cases": [\n' + ",\n".join(lines) + "\n]\n}\n"


def main() -> None:
    """Write the files beside this one."""
    for name in FILES:
        (FOLDER / f"{name}.json").write_text(text_of(name), encoding="utf-8")


if __name__ == "__main__":
    main()
