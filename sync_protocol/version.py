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
        "5d8c668ebd9b1ec0902f6d7e6c5a729a0ab018c14276a61d9a2baf7f08b02466",
        "the first version",
    ),
)
