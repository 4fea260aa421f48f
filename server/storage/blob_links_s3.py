"""Links by which a browser fetches an original from the bucket itself, for a short time each.

Invariants: a link opens one object, for reading; what it gives is named bytes to be saved, whatever
they are, so no browser runs an original at the bucket's address; nothing is kept by caches. Every
link begins with `base`, which is what a page's policy has to allow and all of it. Making one asks
nobody: whether the bytes are there, shows when they are fetched. Not here: who may see what.
"""

from typing import Any
from urllib.parse import urlsplit

from server.storage.blob_rules import place
from server.storage.s3_client import key_in

LINK_SECONDS = 60
AS_BYTES = {
    "ResponseContentType": "application/octet-stream",
    "ResponseContentDisposition": "attachment",
    "ResponseCacheControl": "no-store",
}


class BucketLinks:
    """Makes the links to one prefix of a bucket, at the address where browsers reach it."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        example = urlsplit(self.link("0" * 64))
        folder = example.path.removesuffix(place("0" * 64))
        self.base = f"{example.scheme}://{example.netloc}{folder}"

    def link(self, sha256: str) -> str:
        """Return an address that gives the bytes of an original for `LINK_SECONDS` from now."""
        wanted = {"Bucket": self._bucket, "Key": key_in(self._prefix, place(sha256))}
        return str(
            self._client.generate_presigned_url(
                "get_object", Params=wanted | AS_BYTES, ExpiresIn=LINK_SECONDS
            )
        )

    def close(self) -> None:
        """Give the client back."""
        self._client.close()
