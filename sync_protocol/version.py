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
        "fdd9d1c4cc46cd17699b765a9e84f40c77f511e75f301cd0501412c688ff6359",
        "the first version",
    ),
)
