"""Reading what a row says now."""

from server.domain.records import Row


def field(row: Row | None, name: str) -> object:
    """Return the present value of a field, `None` where there is none."""
    version = row["fields"].get(name) if row else None
    return version["v"] if version else None
