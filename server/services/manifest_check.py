"""The rows of manifests compared with what their files give when they are read again.

For `rebuild --check`: changes nothing. A manifest that has not been read yet is no difference: its
rows are still to come (`manifests.project`).
"""

from typing import Any

from sqlalchemy import Connection, select

from server.domain.manifest import ManifestUnreadable
from server.services import manifests
from server.services.runtime import Runtime
from server.storage.footage_tables import FootageRow, ManifestRead

KEY = manifests.KEY
VALUES = tuple(name for name in FootageRow.__table__.columns.keys() if name not in KEY)  # noqa: SIM118
Expected = dict[tuple[Any, ...], tuple[Any, ...]]


def expected(
    runtime: Runtime, connection: Connection
) -> tuple[dict[Any, tuple[tuple[str, ...], tuple[str, ...], Expected]], list[str]]:
    """Return per table its key, the columns compared and its rows, and files that can't be read."""
    rows: Expected = {}
    reads: Expected = {}
    problems: list[str] = []
    done = set(connection.execute(select(ManifestRead.manifest)).scalars())
    for identity, space, row in manifests.all_of_log(connection):
        if identity not in done:
            continue
        new = 0
        try:
            for one in manifests.file_rows(runtime, identity, row):
                new += _add(rows, manifests.values_of(space, identity, one))
        except FileNotFoundError:
            problems.append(f"manifests {identity}: its file is missing")
        except (ManifestUnreadable, RuntimeError):
            problems.append(f"manifests {identity}: its file does not give the rows the log names")
        reads[(identity,)] = (new,)
    tables = {
        FootageRow: (KEY, VALUES, rows),
        ManifestRead: (("manifest",), ("rows_new",), reads),
    }
    return tables, problems


def _add(rows: Expected, values: dict[str, Any]) -> bool:
    """Add a row as the projection does: the first stays, its date of deletion is the newest."""
    key = tuple(values[name] for name in KEY)
    is_new = key not in rows
    kept = dict(zip(VALUES, rows[key], strict=True)) if not is_new else values
    kept |= {"delete_on": values["delete_on"]}
    rows[key] = tuple(kept[name] for name in VALUES)
    return is_new
