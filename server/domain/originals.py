"""What an op announced of an original, beside what was measured: a difference is flagged.

Invariants: nothing is refused for it, for the digest alone makes a photo that photo; the flag comes
in whichever order bytes and op arrive. Not here: measuring (`services.uploads`).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from server.domain.fields import field
from server.domain.records import LoggedOp, Reader, Row
from sync_protocol import kinds
from sync_protocol.ops import Op

FLAG = "original_differs"
MEASURED = ("size_bytes", "media_type")


def keys(op: Op) -> list[str]:
    """Return the rows of the originals that an op announces, there or not."""
    return [_key(op.space, ref) for ref in kinds.blob_refs(op.kind, op.body)]


def differ(op: Op, reader: Reader) -> bool:
    """Say whether an original that is here is not as the op announced it."""
    refs = kinds.blob_refs(op.kind, op.body)
    return any(_is_unlike(ref, reader.row(_key(op.space, ref))) for ref in refs)


def announced_otherwise(blob: Row, ops: Iterable[LoggedOp]) -> list[LoggedOp]:
    """Return the ops in effect that announced an original otherwise than its row has it.

    What has no effect yet is flagged when it is decided again.
    """
    return [
        op
        for op in ops
        if op.in_effect
        and FLAG not in op.flags
        and any(
            blob["entity"] == _key(op.space, ref) and _is_unlike(ref, blob)
            for ref in kinds.blob_refs(op.kind, op.body)
        )
    ]


def _key(space: str, ref: Mapping[str, Any]) -> str:
    return f"blob/{space}-{ref['sha256']}"


def _is_unlike(ref: Mapping[str, Any], blob: Row | None) -> bool:
    return blob is not None and any(field(blob, name) != ref[name] for name in MEASURED)
