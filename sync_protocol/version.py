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
        "f5854e791233cf4ca9c958085c69a67f78d36f93f611331a6d882aef27aa3c6e",
        "the first version",
    ),
)
