"""The fingerprint of what a protocol version means: tables without labels, and shapes of the SPEC.

Labels (`zh`, `en`, `title`, `about`) may change freely. Of the SPEC count the header's table, the
fenced blocks and the lists of the log's section: wording around them may be improved.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

from sync_protocol import canonical
from sync_protocol.rules import FOLDER, load

LABELS = frozenset({"about", "zh", "en", "title"})
SPEC = Path(__file__).parent / "SPEC.md"


def _plain(value: Any) -> Any:
    """Return a frozen table's value without labels, as canonical JSON takes it."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "items"):
        # Names of kinds and steps hold dots; as pairs they need not be keys of the profile.
        return [[name, _plain(item)] for name, item in value.items() if name not in LABELS]
    return value


def _section(text: str, title: str) -> str:
    """Return a section of the SPEC, up to the next heading."""
    _, _, rest = text.partition(f"\n{title}\n")
    return rest.partition("\n#")[0]


def _shapes(text: str) -> list[str]:
    header = [line for line in _section(text, "### Header").split("\n") if line.startswith("|")]
    log = [line for line in _section(text, "## 7. Log").split("\n") if line.startswith("- ")]
    rows = _section(text, "## 5. Rows and fold").split("```")[1]
    return [*header, rows, *log]


def fingerprint() -> str:
    """Return the SHA-256 of tables and shapes, in hex."""
    tables = {path.stem: _plain(load(path.stem)) for path in sorted(FOLDER.glob("*.json"))}
    content = {"shapes": _shapes(SPEC.read_text(encoding="utf-8")), "tables": tables}
    return sha256(canonical.encode(content)).hexdigest()
