"""Write the pinyin initials of the demo phrases into `server/cli/demo/data/phrases.json`.

Run by hand after a phrase was changed; the result is committed, so the service needs no pinyin
table: `uv pip install --target <folder> pypinyin`, then
`PYTHONPATH=<folder> .venv/bin/python tools/write_initials.py`.
"""

import json
from pathlib import Path

from pypinyin import Style, lazy_pinyin

ROOT = Path(__file__).resolve().parent.parent
PHRASES = ROOT / "server" / "cli" / "demo" / "data" / "phrases.json"


def initials(text: str) -> str:
    """Return the first letter of each character's pinyin; punctuation is left out."""
    letters = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))
    return "".join(each for each in letters.lower() if each.isascii() and each.isalnum())


def main() -> None:
    """Rewrite the table, one phrase a line."""
    table = json.loads(PHRASES.read_text(encoding="utf-8"))
    lines = []
    for phrase in table.pop("phrases"):
        phrase["initials"] = initials(phrase["text"])
        lines.append("    " + json.dumps(phrase, ensure_ascii=False))
    head = "".join(
        f'  "{name}": {json.dumps(value, ensure_ascii=False)},\n' for name, value in table.items()
    )
    body = ",\n".join(lines)
    PHRASES.write_text(f'{{\n{head}  "phrases": [\n{body}\n  ]\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
