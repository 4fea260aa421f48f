"""Originals in a bucket: `<prefix>/<two digits>/<sha256>`, the layout of the folder store.

Invariants: an object is created under the condition that its key is free, so of several writers
one makes it and all find it; every request that carries bytes carries their SHA-256; a put returns
only after the store has told the size and checksum of what it keeps, or the bytes were read back.
An upload in parts becomes visible with its last step, whole or not at all. With a retention each
object is locked from its first moment; one that was there before keeps the lock it has, or none.
Memory is a buffer a request: files are streamed from and to disk. No answer in time is
`StoreUnavailableError`.

Not here: whether a server honours all this (`blob_probe_s3`). Credentials are boto3's own affair.
"""

import base64
import hashlib
import io
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError
from s3transfer.utils import ReadFileChunk

from server.config import Retention
from server.storage.blob_reader_s3 import ObjectReader
from server.storage.blob_rules import StoreUnavailableError, check_digest, place
from server.storage.s3_client import NO_OBJECT, TAKEN, asked, base64_sha256, code_of, key_in, locked

PART_BYTES = 8 << 20
READ_BYTES = 1 << 18
ROUNDS = 4
PAUSE_S = 0.2


@dataclass(frozen=True)
class _Source:
    """A local file, and what the store must say about it."""

    path: Path
    sha256: str
    size_bytes: int

    def parts(self) -> list[tuple[int, int]]:
        """Return (start, length) of each part."""
        starts = range(0, self.size_bytes, PART_BYTES)
        return [(start, min(PART_BYTES, self.size_bytes - start)) for start in starts]

    def chunk(self, start: int, length: int) -> ReadFileChunk:
        """Return a piece of the file as a stream that can be sent again."""
        return ReadFileChunk.from_filename(str(self.path), start, length)

    def part_checksums(self) -> list[str]:
        """Return the SHA-256 of every part, in Base64."""
        with self.path.open("rb") as file:
            return [_checksum_of_next(file, length) for _, length in self.parts()]


def _checksum_of_next(file: BinaryIO, length: int) -> str:
    """Return the SHA-256 of the next bytes of a file, read by pieces."""
    digest = hashlib.sha256()
    for start in range(0, length, READ_BYTES):
        digest.update(file.read(min(READ_BYTES, length - start)))
    return base64.b64encode(digest.digest()).decode()


class S3BlobStore:
    """A blob store in a bucket of any server that speaks S3 with conditional writes."""

    def __init__(
        self, client: Any, bucket: str, prefix: str, retention: Retention | None = None
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._retention = retention

    def put_file(self, path: Path, sha256: str) -> None:
        """Store the bytes of `path`, which nobody writes to any more; the first of several wins."""
        key = self._key(sha256)
        check_digest(path, sha256)
        source = _Source(path, sha256, path.stat().st_size)
        for round_number in range(ROUNDS):
            time.sleep(PAUSE_S * max(0, round_number - 1))  # somebody else is at the same key
            if self._keeps(key, source):
                return
            self._create(key, source)
        raise StoreUnavailableError(f"{sha256} could not be created in {ROUNDS} rounds")

    def open(self, sha256: str) -> BinaryIO:
        """Return the bytes for reading, fetched as they are read; the caller closes."""
        key = self._key(sha256)
        with asked("opening"):
            try:
                reply = self._client.get_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if code_of(error) in NO_OBJECT:
                    raise FileNotFoundError(f"no original {sha256}") from None
                raise
        size_bytes = int(reply["ContentLength"])
        reader = ObjectReader(lambda start: self._body(key, start), reply["Body"], size_bytes)
        return io.BufferedReader(reader, READ_BYTES)

    def exists(self, sha256: str) -> bool:
        """Say whether the bytes are there."""
        return self._head(self._key(sha256)) is not None

    def size(self, sha256: str) -> int:
        """Return the number of bytes."""
        head = self._head(self._key(sha256))
        if head is None:
            raise FileNotFoundError(f"no original {sha256}")
        return int(head["ContentLength"])

    def remove(self, sha256: str) -> None:
        """Forget the bytes."""
        with asked("removing"):
            self._client.delete_object(Bucket=self._bucket, Key=self._key(sha256))

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _key(self, sha256: str) -> str:
        return key_in(self._prefix, place(sha256))

    def _body(self, key: str, start: int) -> Any:
        """Return the open stream of an object from a byte on."""
        span = f"bytes={start}-"
        return self._client.get_object(Bucket=self._bucket, Key=key, Range=span)["Body"]

    def _head(self, key: str) -> dict[str, Any] | None:
        """Return what the store says about an object, None when there is none.

        The reply has no words: a lost bucket looks like a lost object, so the bucket is asked too.
        """
        named = {"Bucket": self._bucket}
        with asked("asking for an object"):
            try:
                return dict(self._client.head_object(**named, Key=key, ChecksumMode="ENABLED"))
            except ClientError as error:
                if code_of(error) not in NO_OBJECT:
                    raise
        with asked("asking for the bucket"):
            self._client.head_bucket(**named)
        return None

    def _keeps(self, key: str, source: _Source) -> bool:
        """Say whether the store keeps these bytes; raise when it keeps others in their place."""
        head = self._head(key)
        if head is None:
            return False
        if head["ContentLength"] == source.size_bytes:
            told = head.get("ChecksumSHA256", "")
            if told in _checksums(source) or self._read_back(source.sha256) == source.sha256:
                return True
        raise StoreUnavailableError(f"the store keeps other bytes under {source.sha256}")

    def _read_back(self, sha256: str) -> str:
        """Return the digest of an original, computed here: not every store tells it."""
        with self.open(sha256) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]

    def _create(self, key: str, source: _Source) -> None:
        """Create an object, or find that somebody else has, or is about to."""
        with asked("creating"):
            try:
                if source.size_bytes > PART_BYTES:
                    self._create_in_parts(key, source)
                else:
                    self._create_at_once(key, source)
            except ClientError as error:
                if code_of(error) not in TAKEN | {"NoSuchUpload"}:
                    raise

    def _create_at_once(self, key: str, source: _Source) -> None:
        checksum = base64.b64encode(bytes.fromhex(source.sha256)).decode()
        named = {"Bucket": self._bucket, "Key": key}
        with source.path.open("rb") as file:
            self._client.put_object(
                **named,
                **locked(self._retention),
                Body=file,
                ChecksumSHA256=checksum,
                IfNoneMatch="*",
            )

    def _create_in_parts(self, key: str, source: _Source) -> None:
        """Send the parts and put them together; what fails before that is given up."""
        named = {"Bucket": self._bucket, "Key": key}
        begun = self._client.create_multipart_upload(
            **named, **locked(self._retention), ChecksumAlgorithm="SHA256"
        )
        named |= {"UploadId": begun["UploadId"]}
        try:
            parts = self._send_parts(named, source)
            self._client.complete_multipart_upload(
                **named, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
            )
        except BaseException:
            # What an outage keeps from being given up is never visible; the bucket's rule for
            # incomplete uploads clears it away (docs/operations.md).
            with suppress(ClientError, BotoCoreError):
                self._client.abort_multipart_upload(**named)
            raise

    def _send_parts(self, named: dict[str, str], source: _Source) -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []
        checksums = source.part_checksums()
        for number, (start, length) in enumerate(source.parts(), 1):
            checksum = checksums[number - 1]
            with source.chunk(start, length) as body:
                reply = self._client.upload_part(
                    **named, PartNumber=number, Body=body, ChecksumSHA256=checksum
                )
            sent.append({"PartNumber": number, "ETag": reply["ETag"], "ChecksumSHA256": checksum})
        return sent


def _checksums(source: _Source) -> set[str]:
    """Return what S3 may call the SHA-256 of a file: of its bytes, or of its parts' checksums."""
    whole = base64.b64encode(bytes.fromhex(source.sha256)).decode()
    parts = source.part_checksums()
    composite = base64_sha256(b"".join(base64.b64decode(part) for part in parts))
    return {whole, f"{composite}-{len(parts)}"}
