"""The protocol's version and the fingerprint of everything that version means.

The fingerprint covers the tables without their labels and the wire-relevant shapes of SPEC.md
(`sync_protocol.fingerprint`). A test compares; whoever changes a table or a shape comes here, and
decides whether phones in the field still understand: if not, the version goes up.
"""

PROTOCOL_VERSION = 1

# (version, fingerprint, what changed). Append; before the first release the last line may move.
HISTORY = (
    (
        1,
        "82ac3d154fa072d928302f595ef8609b9de497bdba1f2afc60a0c2a77b71b3e7",
        "the first version",
    ),
)
