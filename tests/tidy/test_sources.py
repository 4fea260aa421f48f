"""The tree keeps its own rules: sizes, names, arrows that no linter checks, nothing private."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE_LINES = 400
LONGEST_FUNCTION_LINES = 60
SOURCE_SUFFIXES = {".py", ".ts", ".mjs", ".js", ".css"}
MAY_BE_LONG = ("tests/", "client_pwa/tests/", "sync_protocol/tables/", "sync_protocol/vectors/")
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
READS_ENVIRONMENT = {"server/config.py"}
PRODUCT_ROOMS = ("server/", "sync_protocol/")

# Written in pieces, so that this file does not hold what it looks for.
PRIVATE = re.compile(
    "|".join(
        (
            r"registry\.npm" + r"js\.org",
            r"py" + r"pi\.org",
            r"files\.python" + r"hosted",
            r"--(extra-)?index" + r"-url",
            r"(?<![\w.])/(ro" + r"ot|wo" + r"rk|ho" + r"me)/\w",
        )
    )
)


def tracked_files() -> list[str]:
    """Every file of the repository, also those not yet added, none that is ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted({name for name in listed.stdout.splitlines() if (ROOT / name).is_file()})


FILES = tracked_files()
PYTHON_FILES = [name for name in FILES if name.endswith(".py")]


def text_of(name: str) -> str:
    """The text of a file, or nothing when it is not text."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def functions_of(name: str) -> list[tuple[str, int, int]]:
    """(name, line, length) of every function in a Python file."""
    nodes = ast.walk(ast.parse(text_of(name)))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in nodes if isinstance(node, kinds)]
    return [(node.name, node.lineno, (node.end_lineno or 0) - node.lineno + 1) for node in found]


def code_lines(text: str) -> int:
    """Lines that are neither empty nor only a line comment."""
    lines = (line.strip() for line in text.splitlines())
    return sum(1 for line in lines if line and not line.startswith(("#", "//")))


def environment_reads(tree: ast.AST) -> list[int]:
    """Lines that reach for the environment: os.environ, os.getenv, or importing them."""
    names = {"environ", "environb", "getenv", "putenv"}
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in names:
            is_os = isinstance(node.value, ast.Name) and node.value.id == "os"
            lines += [node.lineno] if is_os else []
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            lines += [node.lineno for alias in node.names if alias.name in names]
    return lines


def test_no_source_file_is_longer_than_400_lines_of_code() -> None:
    sources = [n for n in FILES if Path(n).suffix in SOURCE_SUFFIXES]
    sizes = {n: code_lines(text_of(n)) for n in sources if not n.startswith(MAY_BE_LONG)}
    assert {n: size for n, size in sizes.items() if size > LONGEST_FILE_LINES} == {}


def test_no_python_function_is_longer_than_60_lines() -> None:
    long = [
        f"{name}:{line} {function} ({length})"
        for name in PYTHON_FILES
        for function, line, length in functions_of(name)
        if length > LONGEST_FUNCTION_LINES
    ]
    assert long == []


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = [
        f"{name}:{number}: {match.group()}"
        for name in FILES
        for number, line in enumerate(text_of(name).splitlines(), 1)
        if (match := PRIVATE.search(line))
    ]
    assert found == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    sources = [Path(name) for name in FILES if Path(name).suffix in SOURCE_SUFFIXES]
    parts = {path: {*path.parent.parts, path.stem} for path in sources}
    assert [str(path) for path, names in parts.items() if names & EMPTY_NAMES] == []


def test_only_the_configuration_reads_the_environment() -> None:
    product = [n for n in PYTHON_FILES if n.startswith(PRODUCT_ROOMS)]
    reads = [
        f"{name}:{line}"
        for name in product
        for line in environment_reads(ast.parse(text_of(name)))
        if name not in READS_ENVIRONMENT
    ]
    assert reads == []


@pytest.mark.parametrize("source", ["import os\nos.environ", "from os import getenv"])
def test_the_search_for_environment_reads_finds_them(source: str) -> None:
    assert environment_reads(ast.parse(source)) != []


def test_every_decision_is_listed_in_its_index() -> None:
    folder = ROOT / "docs" / "adr"
    decisions = [path.name for path in folder.glob("*.md") if path.name != "README.md"]
    index = (folder / "README.md").read_text(encoding="utf-8") if decisions else ""
    assert [name for name in decisions if f"({name})" not in index] == []
