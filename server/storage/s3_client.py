"""How this service speaks S3: bounded patience, its own checksums, one word for "no answer".

Credentials are boto3's own affair (`AWS_ACCESS_KEY_ID`, a profile, the machine's role). Not here:
what is asked.
"""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from server.config import Retention
from server.storage.blob_rules import StoreUnavailableError

CONFIG = Config(
    signature_version="s3v4",  # boto3 would still sign links the old way
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=64,
    # Ours are sent with every body; boto3's own extra ones are not understood by every server.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
NO_OBJECT = {"404", "NoSuchKey", "NotFound"}
TAKEN = {"PreconditionFailed", "ConditionalRequestConflict", "OperationAborted"}


def s3_client(endpoint: str, region: str) -> Any:
    """Return a client; an empty endpoint is Amazon's for the region."""
    session = boto3.session.Session(region_name=region)  # the default one keeps the first keys
    return session.client("s3", endpoint_url=endpoint or None, config=CONFIG)


def key_in(prefix: str, name: str) -> str:
    """Return the key of a name below a prefix, which may be empty."""
    return f"{prefix.strip('/')}/{name}".lstrip("/")


def locked(retention: Retention | None) -> dict[str, Any]:
    """Return the arguments that lock a new object from now on; none without a retention."""
    if retention is None:
        return {}
    until = datetime.now(UTC) + timedelta(days=retention.days)
    return {"ObjectLockMode": retention.mode.upper(), "ObjectLockRetainUntilDate": until}


def base64_sha256(content: bytes) -> str:
    """Return a digest as S3 writes it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def code_of(error: ClientError) -> str:
    """Return the word of S3 for what went wrong; of a reply without a body, its status."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def asked(what: str) -> Iterator[None]:
    """Turn every failure to get an answer into `StoreUnavailableError` naming `what` was asked."""
    try:
        yield
    except ClientError as error:
        raise StoreUnavailableError(f"{what}: {code_of(error)}") from error
    except (BotoCoreError, HTTPError) as error:
        raise StoreUnavailableError(f"{what}: {error}") from error
