"""The protocol's version and the fingerprint of everything that version means.

The fingerprint covers the tables without their labels and the wire-relevant shapes of SPEC.md
(`sync_protocol.fingerprint`). A test compares; whoever changes a table or a shape comes here, and
decides whether phones in the field still understand: if not, the version goes up.
"""

from sync_protocol.rules import VERSIONS

PROTOCOL_VERSION: int = VERSIONS["accepted"]["max"]

# (version, fingerprint, what changed). Append; before the first release the last line may move.
HISTORY = (
    (
        1,
        "92ebb8d49768ba13ec608b7ae9aa9653bd3d34f8a1020208bba26b7bef786141",
        "the first version",
    ),
)
