"""docs/configuration.md says what server/config.py does: every setting, and no other."""

import importlib.util
import re
from dataclasses import fields
from pathlib import Path
from types import ModuleType

from server.config import Settings, variable

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "configuration.md"


def writer() -> ModuleType:
    """The tool that writes the page, loaded from its file (tools/ is no package)."""
    path = ROOT / "tools" / "write_configuration.py"
    spec = importlib.util.spec_from_file_location("write_configuration", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_its_writer_writes_today() -> None:
    assert PAGE.read_text(encoding="utf-8") == writer().page()


def test_every_setting_is_documented_in_both_languages() -> None:
    for item in fields(Settings):
        assert re.search(r"[\u4e00-\u9fff]", item.metadata["zh"]), item.name
        assert item.metadata["en"].isascii(), item.name


def test_no_document_names_a_setting_that_does_not_exist() -> None:
    known = {variable(item) for item in fields(Settings)}
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    named = {
        name
        for page in pages
        for name in re.findall(r"\bLIUHEN_[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8"))
        if not name.startswith("LIUHEN_TEST_")
    }
    assert named - known == set()
