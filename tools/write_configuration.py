"""Write docs/configuration.md from the table in server/config.py (`--print` only shows it)."""

import sys
from dataclasses import fields
from pathlib import Path

from server.config import PACKAGE_PARENT, Settings, variable

PATH = PACKAGE_PARENT / "docs" / "configuration.md"

INTRODUCTION = """\
# Configuration · 配置

Configuration is by environment variables only, read once at start. An unknown `LIUHEN_…` variable
or a value that can't be used stops the start and is named. `<data>` stands for `LIUHEN_DATA_DIR`.
This page is written from `server/config.py` by `tools/write_configuration.py`; a test compares
the two.

只通过环境变量配置,启动时读取一次。不认识的 `LIUHEN_…` 变量或无效取值会使启动停止并指出变量名。

| variable 变量 | default 默认值 | meaning | 含义 |
|---|---|---|---|
"""


def shown(default: str) -> str:
    """Return a default as a reader on another machine should see it."""
    return default.replace(f"{PACKAGE_PARENT}/", "")


def page() -> str:
    """Return the whole page."""
    rows = [
        f"| `{variable(item)}` | `{shown(item.metadata['default'])}` "
        f"| {item.metadata['en']} | {item.metadata['zh']} |"
        for item in fields(Settings)
    ]
    return INTRODUCTION + "\n".join(rows) + "\n"


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(page())
    else:
        Path(PATH).write_text(page(), encoding="utf-8")
