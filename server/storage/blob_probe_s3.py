"""Does this bucket keep the promises that `blob_store_s3` stands on? Asked once at every start.

Some servers that speak S3 take several conditional creates of one key, or bytes that are not those
of their checksum; that would show only years later, in court. Leaves two or three tiny objects
under `probe/`, the same at every start, so that the service needs no right to delete.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError, NoCredentialsError

from server.config import Retention, SettingsError
from server.storage.s3_client import NO_OBJECT, TAKEN, asked, base64_sha256, code_of, key_in, locked

RACERS = 8
CONTENT = b"liuhen"
RETENTION = "LIUHEN_S3_RETENTION"
NO_LOCK = {
    "ObjectLockConfigurationNotFoundError",
    "NoSuchObjectLockConfiguration",
    "NotImplemented",
    "MethodNotAllowed",
    "404",
}
NO_LOCKING: Mapping[str, Any] = {}
REFUSALS = {
    "403": "the credentials are refused, or lack s3:ListBucket (see docs/operations.md)",
    "AccessDenied": "the credentials may not do what is needed there (see docs/operations.md)",
    "InvalidAccessKeyId": "the credentials are refused (AWS_ACCESS_KEY_ID)",
    "SignatureDoesNotMatch": "the credentials are refused (AWS_SECRET_ACCESS_KEY)",
    "404": "there is no such bucket",
    "NoSuchBucket": "there is no such bucket",
}


class _Probe:
    """The questions, one method each; each raises `SettingsError` or returns nothing."""

    def __init__(self, client: Any, bucket: str, prefix: str, retention: Retention | None) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._retention = retention

    def bucket_can_be_asked(self) -> None:
        """A key that is not there is missing, not forbidden: else nothing can be found missing."""
        self._client.head_bucket(Bucket=self._bucket)
        try:
            self._client.head_object(**self._named("nothing"))
        except ClientError as error:
            if code_of(error) not in NO_OBJECT:
                raise

    def one_writer_wins(self) -> None:
        """Of several conditional creates at once one wins at most, and a later one never does."""
        named = self._named("conditional-create")
        with ThreadPoolExecutor(RACERS) as pool:
            won = sum(pool.map(lambda _: self._creates(named), range(RACERS)))
        if won > 1 or self._creates(named):
            raise SettingsError("the server lets several writers create one object (If-None-Match)")

    def parts_meet_the_condition_too(self) -> None:
        """An upload in parts does not replace what is there."""
        named = self._named("conditional-create")
        begun = self._client.create_multipart_upload(**named, ChecksumAlgorithm="SHA256")
        named |= {"UploadId": begun["UploadId"]}
        checksum = base64_sha256(CONTENT)
        try:
            sent = self._client.upload_part(
                **named, PartNumber=1, Body=CONTENT, ChecksumSHA256=checksum
            )
            part = {"PartNumber": 1, "ETag": sent["ETag"], "ChecksumSHA256": checksum}
            self._client.complete_multipart_upload(
                **named, MultipartUpload={"Parts": [part]}, IfNoneMatch="*"
            )
        except ClientError as error:
            if code_of(error) not in TAKEN:
                raise
            self._client.abort_multipart_upload(**named)
            return
        raise SettingsError("the server lets an upload in parts replace an object (If-None-Match)")

    def checksums_are_checked(self) -> None:
        """Bytes that are not those of their checksum are refused."""
        named = self._named("wrong-checksum")
        try:
            self._client.put_object(
                **named, Body=CONTENT, ChecksumSHA256=base64_sha256(b"something else")
            )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 400:
                raise
            return
        raise SettingsError("the server takes bytes that are not those of their SHA-256")

    def objects_are_locked(self) -> None:
        """The bucket has object lock, and says of an object that it is locked as it was put."""
        if self._retention is None:
            return
        try:
            said = self._client.get_object_lock_configuration(Bucket=self._bucket)
        except ClientError as error:
            if code_of(error) not in NO_LOCK:
                raise
            said = {}
        if said.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") != "Enabled":
            raise SettingsError(f"{RETENTION} needs a bucket that was made with object lock")
        named = self._named(f"locked-{self._retention.mode}")
        self._creates(named, locked(self._retention))
        shown = self._client.head_object(**named).get("ObjectLockMode")
        if shown != self._retention.mode.upper():
            raise SettingsError(f"{RETENTION}: an object put there is not locked, says the server")

    def _named(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": key_in(self._prefix, f"probe/{name}")}

    def _creates(self, named: dict[str, str], lock: Mapping[str, Any] = NO_LOCKING) -> bool:
        """Create an object; say whether it was us."""
        try:
            self._client.put_object(
                **named,
                **lock,
                Body=CONTENT,
                ChecksumSHA256=base64_sha256(CONTENT),
                IfNoneMatch="*",
            )
        except ClientError as error:
            if code_of(error) not in TAKEN:
                raise
            return False
        return True


def probe(client: Any, bucket: str, prefix: str, retention: Retention | None = None) -> None:
    """Raise `SettingsError` when the bucket won't do, `StoreUnavailableError` when it is away."""
    asking = _Probe(client, bucket, prefix, retention)
    questions = (
        asking.bucket_can_be_asked,
        asking.one_writer_wins,
        asking.parts_meet_the_condition_too,
        asking.checksums_are_checked,
        asking.objects_are_locked,
    )
    setting = f"LIUHEN_BLOB_STORE=s3://{bucket}/{prefix}".rstrip("/")
    for question in questions:
        try:
            with asked(setting):
                _answered(question)
        except SettingsError as refusal:
            raise SettingsError(f"{setting}: {refusal}") from refusal


def _answered(question: Callable[[], None]) -> None:
    """Ask; what only a person can mend is a `SettingsError`."""
    try:
        question()
    except NoCredentialsError:
        raise SettingsError(
            "no credentials: set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"
        ) from None
    except ClientError as error:
        if code_of(error) in REFUSALS:
            raise SettingsError(REFUSALS[code_of(error)]) from error
        raise
