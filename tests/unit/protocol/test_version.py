"""The version is pinned to what it means."""

from sync_protocol.fingerprint import fingerprint
from sync_protocol.version import HISTORY, PROTOCOL_VERSION


def test_a_change_of_the_protocol_is_noticed_beside_its_version() -> None:
    version, pinned, _ = HISTORY[-1]
    assert (version, pinned) == (PROTOCOL_VERSION, fingerprint()), (
        "tables or wire shapes changed: say so in sync_protocol/version.py, and raise the version "
        "if phones in the field would not understand"
    )


def test_versions_only_grow() -> None:
    versions = [version for version, _, _ in HISTORY]
    assert versions == sorted(set(versions))
