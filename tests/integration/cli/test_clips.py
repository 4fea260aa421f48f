"""`liuhen clips import`, run as a person at a terminal runs it."""

from pathlib import Path

import pytest

from tests.integration.cli.test_registers import liuhen  # noqa: F401 - the fixture

HEAD = "产品序号,文件名,开始时间,结束时间,文件大小\n"
GOOD = "DSJ0001,a.mp4,2026-05-01 09:00:00,2026-05-01 09:10:00,1000\n"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "清单.csv"
    path.write_bytes((HEAD + GOOD + GOOD.replace("a.mp4", "")).encode("gb18030"))
    return path


def test_a_manifest_comes_in_once_and_names_each_refused_line(liuhen, manifest: Path) -> None:  # noqa: F811
    first = liuhen("clips", "import", str(manifest), "--station", "一号采集站")
    again = liuhen("clips", "import", str(manifest), "--station", "一号采集站")
    assert (first.returncode, again.returncode) == (1, 1), first.stderr + again.stderr
    assert first.stdout.splitlines() == [
        "line 3: file_name_missing The file name is missing",
        "1 accepted (1 new), 1 refused",
    ]
    assert again.stdout.endswith("1 refused, imported before\n")
    assert liuhen("verify").returncode == 0
    assert liuhen("rebuild", "--check").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing.csv",), "nothing.csv: No such file"),
        (("MANIFEST", "--space", "123456"), "no bureau has the code 123456"),
        (("TEXT",), "manifest_unreadable"),
    ],
)
def test_what_can_not_be_imported_is_said(
    liuhen,  # noqa: F811
    manifest: Path,
    tmp_path: Path,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    (tmp_path / "TEXT").write_text("no table", encoding="utf-8")
    places = {"MANIFEST": str(manifest), "TEXT": str(tmp_path / "TEXT")}
    found = liuhen("clips", "import", *(places.get(one, one) for one in arguments))
    assert found.returncode == 2
    assert said in found.stderr
