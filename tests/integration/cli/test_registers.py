"""`liuhen import` and the judging commands, run as a person at a terminal runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REGISTERS = Path(__file__).resolve().parents[3] / "examples" / "registers.json"


@pytest.fixture
def liuhen(tmp_path: Path, database_url: str):
    """Return a function that runs a command over a deployment of its own."""
    environment = {name: value for name, value in os.environ.items() if name[:7] != "LIUHEN_"}
    environment |= {"LIUHEN_DATA_DIR": str(tmp_path / "data"), "LIUHEN_DATABASE_URL": database_url}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "server.cli", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    return run


def test_registers_come_in_once_however_often_they_are_imported(liuhen) -> None:
    first, second = liuhen("import", str(REGISTERS)), liuhen("import", str(REGISTERS))
    count = len(json.loads(REGISTERS.read_text("utf-8")))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout == f"{count} imported, 0 there already, 0 refused\n"
    assert second.stdout == f"0 imported, {count} there already, 0 refused\n"
    assert liuhen("verify").returncode == 0
    assert liuhen("rebuild", "--check").returncode == 0


def test_a_changed_row_is_refused_and_named(liuhen, tmp_path: Path) -> None:
    rows = json.loads(REGISTERS.read_text("utf-8"))
    assert liuhen("import", str(REGISTERS)).returncode == 0
    rows[1]["body"]["name"] = "别人"
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(rows), encoding="utf-8")
    again = liuhen("import", str(changed))
    assert again.returncode == 1
    assert again.stdout.startswith("row 1: entity_exists\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Expecting"),
        ("{}", "not a list"),
        ('[{"kind": "order.issue", "space": "common", "body": {}}]', "row 0: kind must be"),
        ('[{"kind": "bureau.add", "space": "common", "body": {}}]', "row 0: body: bureau"),
        ('[{"kind": "bureau.add", "body": {}}]', "row 0: needs exactly"),
    ],
)
def test_a_bad_file_is_named_and_nothing_is_imported(
    liuhen, tmp_path: Path, text: str, said: str
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(text, encoding="utf-8")
    answer = liuhen("import", str(bad))
    assert answer.returncode == 2
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr


def test_verify_judges_a_cut_log_instead_of_refusing_to_start(liuhen, tmp_path: Path) -> None:
    assert liuhen("import", str(REGISTERS)).returncode == 0
    note = tmp_path / "data" / "checkpoint" / "latest.txt"
    kept = note.read_bytes()
    lines = kept.decode().split("\n")
    note.write_bytes(kept.replace(f"\n{lines[1]}\n".encode(), b"\n9999\n", 1))
    judged = liuhen("verify")
    assert judged.returncode == 1
    assert "checkpoint" in judged.stdout
    note.write_bytes(kept)
    assert liuhen("verify").returncode == 0
