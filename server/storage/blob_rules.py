"""What every store of originals refuses, and the words it does it in.

Missing is `FileNotFoundError` in every store. A store that can't be asked is neither missing nor
damaged: `StoreUnavailableError` is deliberately no `OSError`, because decoders of broken images
take those for damage and would write it down for ever.
"""

import hashlib
from pathlib import Path


class StoreUnavailableError(Exception):
    """The store can't be asked now, or not trusted; nothing was recorded and it may be repeated."""


class WrongDigestError(ValueError):
    """A file was handed in under a digest that is not its own; nothing was stored."""


def place(sha256: str) -> str:
    """Return where an original lies in any store: `<two digits>/<sha256>`."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("not a SHA-256 in lower-case hex")
    return f"{sha256[:2]}/{sha256}"


def check_digest(path: Path, sha256: str) -> None:
    """Raise `WrongDigestError` unless the bytes of `path` have this digest."""
    with path.open("rb", buffering=0) as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    if found != sha256:
        raise WrongDigestError(f"the file's SHA-256 is {found}, not {sha256}")
