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
        "62c6401b353d4b2e8fd21e2d4cace19b525c5bee9aadcece35baccaaf5d17d60",
        "the first version",
    ),
)
