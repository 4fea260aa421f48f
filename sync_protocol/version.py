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
        "407fab97a244dbb1beecaa2a66bcc88fa8aad5c9c8d0aec5fbbcabfc36ca23d0",
        "the first version",
    ),
)
