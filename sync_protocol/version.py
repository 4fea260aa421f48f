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
        "0daabcf334259cd9e78f75728af41d9415d1eb6113d9b18841f69f4ebef6a93d",
        "the first version",
    ),
)
