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
        "b706b2e6c13dead064859f9b7938de504029b71bdfa911d29b7bb6307872de85",
        "the first version",
    ),
)
