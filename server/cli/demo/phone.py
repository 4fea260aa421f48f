"""A phone of the demo: one person's key, chain and outbox, speaking the HTTP interface.

It does what SPEC.md asks of any client: serialises each op once, signs it at capture, sends the
same bytes until they are acknowledged, uploads originals by tus. The key lives as long as the
object and is never written. An answer that was not expected stops the load.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient

from server.cli.demo.clock import DemoClock
from sync_protocol import keys, note, ops
from sync_protocol.ops import Op

API = "/api/v1"
APP_VERSION = "demo-1"
RENEW_MS = 600_000
BATCH_OPS = 150

Item = dict[str, Any]


class UnexpectedAnswerError(RuntimeError):
    """The service answered the demo in a way that the story does not foresee."""


@dataclass(frozen=True)
class Original:
    """Bytes to upload, and how an op refers to them."""

    space: str
    data: bytes
    ref: dict[str, Any]


@dataclass
class Phone:
    """One person with one browser; `person` is a row of people.json, `password` their own."""

    person: Mapping[str, Any]
    password: str
    client: FlaskClient
    clock: DemoClock
    deployment: str
    chain: str = ""
    held: bool = False  # without signal: nothing is sent
    keeps_originals: bool = False  # a weak signal: operations go, photos wait
    outbox: list[Op] = field(default_factory=list)
    originals: list[Original] = field(default_factory=list)
    _seen: dict[str, Any] = field(default_factory=lambda: dict(ops.NOTHING_SEEN))
    _seq: int = 0
    _prev: str = ""
    _session: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._boot = secrets.token_hex(8)
        self._booted_ms = self.clock.now_ms()

    def enrolment(self) -> Op:
        """Capture the op that begins this phone's chain."""
        body = {
            "person": self.person["id"],
            "public_key": keys.public_key_of(self._key),
            "installation": secrets.token_hex(16),
            "device": "演示手机（虚构）",
        }
        self.chain = ""
        op = self.capture("chain.enrol", self.person["bureau"], body, ())
        self.chain = op.id
        return op

    @property
    def public_key(self) -> bytes:
        """The uncompressed point of the chain's key."""
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def head(self) -> tuple[int, str]:
        """The newest op of the chain: its number and id."""
        return self._seq - 1, self._prev

    def capture(self, kind: str, space: str, body: dict[str, Any], deps: Sequence[str]) -> Op:
        """Serialise and sign one op, put it in the outbox, and return it."""
        now = self.clock.now_ms()
        time = {"boot": self._boot, "mono_ms": now - self._booted_ms, "wall_ms": now}
        header = {
            "app": APP_VERSION,
            "deployment": self.deployment,
            "kind": kind,
            "chain": self.chain,
            "seq": self._seq,
            "prev": self._prev,
            "space": space,
            "deps": sorted(set(deps)),
            "time": time,
            "seen": self._seen,
        }
        op = ops.build_op(header, body, secrets.token_bytes(32), self._sign)
        self._seq, self._prev = self._seq + 1, op.id
        self.outbox.append(op)
        return op

    def _sign(self, message: bytes) -> bytes:
        return keys.sign(self._key, message)

    def attach(self, space: str, data: bytes, media_type: str) -> dict[str, Any]:
        """Keep bytes for upload; return the reference an op names them by."""
        digest = hashlib.sha256(data).hexdigest()
        ref = {"sha256": digest, "size_bytes": len(data), "media_type": media_type}
        self.originals.append(Original(space, data, ref))
        return ref

    def push(self) -> list[Item]:
        """Send the outbox; return the items of the reply, all of them admitted."""
        items: list[Item] = []
        while self.outbox:
            batch = self.outbox[:BATCH_OPS]
            items += self._push_batch(batch)
            del self.outbox[: len(batch)]
        return items

    def _push_batch(self, batch: Sequence[Op]) -> list[Item]:
        reply = self.request("POST", "/ops", [op.wire() for op in batch], expect=200)
        self._seen = _checkpoint_seen(reply["checkpoint"])
        items: list[Item] = reply["items"]
        for op, item in zip(batch, items, strict=True):
            if item.get("op") != op.id or item["status"] != "admitted":
                raise UnexpectedAnswerError(f"{op.kind}: {item}")
        return items

    def upload(self, known: set[tuple[str, str]]) -> None:
        """Upload what was attached, except what `known` says the space holds already."""
        for original in self.originals:
            address = original.space, original.ref["sha256"]
            if address not in known:
                self._upload(original)
                known.add(address)
        self.originals.clear()

    def _upload(self, original: Original) -> None:
        metadata = {
            "sha256": original.ref["sha256"],
            "space": original.space,
            "media_type": original.ref["media_type"],
        }
        headers = self._headers() | {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(original.data)),
            "Upload-Metadata": ",".join(f"{name} {_b64(text)}" for name, text in metadata.items()),
            "Content-Type": "application/offset+octet-stream",
        }
        answer = self.client.post(f"{API}/uploads", data=original.data, headers=headers)
        if answer.status_code != 201 or answer.headers["Upload-Offset"] != str(len(original.data)):
            raise UnexpectedAnswerError(f"upload: {answer.status} {answer.get_data(as_text=True)}")

    def bring_manifest(self, space: str, name: str, raw: bytes, rows: int) -> None:
        """Bring in a docking station's manifest, of which all `rows` must be taken."""
        answer = self.client.post(
            f"{API}/spaces/{space}/manifests",
            query_string={"name": name},
            data=raw,
            headers=self._headers() | {"Content-Type": "application/octet-stream"},
        )
        report = answer.get_json()
        if answer.status_code != 200 or (report["accepted"], report["refused"]) != (rows, 0):
            raise UnexpectedAnswerError(f"manifest: {answer.status} {report}")

    def request(self, method: str, path: str, document: Any = None, *, expect: int) -> Any:
        """Call the service in this person's session; return the parsed answer."""
        return self._call(method, path, document, self._headers(), expect)

    def keep_session(self) -> None:
        """Sign in, or refresh the session when its access token is about to end."""
        now = self.clock.now_ms()
        if now < self._session.get("access_expires_ms", 0) - RENEW_MS:
            return
        if now < self._session.get("refresh_expires_ms", 0) - RENEW_MS:
            path, document = "/session/refresh", {"refresh_token": self._session["refresh_token"]}
            self._session = self._call("POST", path, document, {}, 200)
            return
        document = {"login": self.person["login"], "password": self.password}
        self._session = self._call("POST", "/session", document, {}, 201)

    def sign_out(self) -> None:
        """End this person's session."""
        if self._session:
            self.request("DELETE", "/session", expect=204)
            self._session = {}

    def _headers(self) -> dict[str, str]:
        self.keep_session()
        return {"Authorization": f"Bearer {self._session['access_token']}"}

    def _call(
        self, method: str, path: str, document: Any, headers: Mapping[str, str], expect: int
    ) -> Any:
        data = None if document is None else json.dumps(document, ensure_ascii=False).encode()
        answer = self.client.open(
            API + path, method=method, data=data, headers=headers, content_type="application/json"
        )
        if answer.status_code != expect:
            text = answer.get_data(as_text=True)
            raise UnexpectedAnswerError(f"{method} {path}: {answer.status} {text[:2000]}")
        return answer.get_json() if answer.data else None


def _checkpoint_seen(text: str) -> dict[str, Any]:
    checkpoint = note.parse_checkpoint(text)
    return {"origin": checkpoint.origin, "root": checkpoint.root.hex(), "size": checkpoint.size}


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
