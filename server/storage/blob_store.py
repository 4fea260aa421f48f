"""Where originals lie: addressed by their SHA-256, written once, never changed, never listed.

Snapshots (`services.snapshots`) lie in a store of their own, which is the only one anything is
removed from.

Every implementation passes `tests/integration/storage/test_blob_stores.py`. Invariants: when
`put_file` returns, the bytes survive a power cut; putting the same digest again changes nothing,
also from two processes at once; a reader sees all of an original or nothing. Missing bytes are
`FileNotFoundError`; a store that can't be asked is `StoreUnavailableError` (`blob_rules`), from any
method and from reading the stream. Not here: spaces, permissions, media types.
"""

from pathlib import Path
from typing import BinaryIO, Protocol

from server.config import Retention
from server.storage.blob_store_files import FileBlobStore


class BlobStore(Protocol):
    """A place for originals."""

    def put_file(self, path: Path, sha256: str) -> None:
        """Store the bytes of `path`, which stays where it is.

        Raises `WrongDigestError`, storing nothing, when the digest is not that of the bytes.
        """

    def open(self, sha256: str) -> BinaryIO:
        """Return the bytes for reading; raise `FileNotFoundError` when they are not there."""

    def exists(self, sha256: str) -> bool:
        """Say whether the bytes are there."""

    def size(self, sha256: str) -> int:
        """Return the number of bytes; raise `FileNotFoundError` when they are not there."""

    def remove(self, sha256: str) -> None:
        """Forget the bytes; what is not there is forgotten already. Who is reading may lose them.

        Never for originals: those are evidence.
        """

    def close(self) -> None:
        """Give up what the store keeps open."""


class ViewLinks(Protocol):
    """Makes links by which a browser fetches an original without the service in between."""

    base: str
    """What every link begins with, and what a page's policy therefore has to allow."""

    def link(self, sha256: str) -> str:
        """Return an address that gives the bytes for a short time from now."""

    def close(self) -> None:
        """Give up what making links keeps open."""


def blob_store(
    address: str,
    s3_endpoint: str = "",
    s3_region: str = "us-east-1",
    retention: Retention | None = None,
) -> BlobStore:
    """Return the store of an address as `Settings.blob_store` holds it.

    A bucket is probed first: `SettingsError` when it won't do, `StoreUnavailableError` when it does
    not answer. `retention` locks what is put into one.
    """
    kind, _, rest = address.partition(":")
    if kind == "file":
        return FileBlobStore(Path(rest))
    if kind == "s3":
        return _in_bucket(s3_endpoint, s3_region, *_place_in_s3(address), retention)
    raise ValueError(f"originals are kept in a folder or a bucket, not in {kind}")


def bucket_links(address: str, view_endpoint: str, s3_region: str) -> ViewLinks | None:
    """Return what makes links for browsers, None where no address for them is set."""
    if not view_endpoint:
        return None
    from server.storage.blob_links_s3 import BucketLinks
    from server.storage.s3_client import s3_client

    return BucketLinks(s3_client(view_endpoint, s3_region), *_place_in_s3(address))


def _place_in_s3(address: str) -> tuple[str, str]:
    """Return the bucket and the prefix of `s3://bucket/prefix`."""
    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    return bucket, prefix.strip("/")


def _in_bucket(
    endpoint: str, region: str, bucket: str, prefix: str, retention: Retention | None
) -> BlobStore:
    # Imported here: boto3 costs a worker memory and start time that a folder does not need.
    from server.storage.blob_probe_s3 import probe
    from server.storage.blob_store_s3 import S3BlobStore
    from server.storage.s3_client import s3_client

    client = s3_client(endpoint, region)
    try:
        probe(client, bucket, prefix, retention)
    except BaseException:
        client.close()
        raise
    return S3BlobStore(client, bucket, prefix, retention)
