"""A third client, written from sync_protocol/SPEC.md alone: nothing of this repository is imported.

It signs in, enrols a key, has itself confirmed by a one-time ticket, records an enterprise, and
checks that the log the server signed contains the operation. Run it against a demo:

    liuhen serve --demo          # prints a ticket for zhuguan
    python examples/third_client.py http://127.0.0.1:8080 zhuguan liuhen-demo TICKET

Needs the package `cryptography`. The key is forgotten at the end: a real client keeps it.
"""

import base64
import hashlib
import json
import secrets
import sys
import time
import urllib.request

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

OP_TYPE = b"application/vnd.liuhen.op.v1+json"
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def canonical(value):
    """SPEC 1. Python's encoder agrees with the profile, but for U+007F, which is not escaped."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def pae(payload):
    """SPEC 2: DSSE's pre-authentication encoding."""
    return b"DSSEv1 %d %s %d %s" % (len(OP_TYPE), OP_TYPE, len(payload), payload)


def new_id():
    value = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
    return "".join(CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


class Client:
    def __init__(self, address, login, password):
        self.address, self.token = address + "/api/v1", ""
        self.deployment = self.call("GET", "/deployment")["deployment"]
        session = self.call("POST", "/session", {"login": login, "password": password})
        self.token, self.person = session["access_token"], session["person"]
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.chain, self.prev, self.seq = "", "", 0
        self.boot, self.started = secrets.token_hex(8), time.monotonic_ns()

    def call(self, method, path, document=None):
        data = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(self.address + path, data, method=method)
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def sign(self, message):
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def operation(self, kind, space, body, entities, deps=()):
        """SPEC 2: body, commitment, header, signature; the bytes are made once."""
        text, salt = canonical(body), secrets.token_bytes(32)
        commitment = hashlib.sha256(b"liuhen.body.v1\x00" + salt + text).hexdigest()
        mono_ms = (time.monotonic_ns() - self.started) // 1_000_000
        header = {
            "v": 1, "app": "third-client-1", "deployment": self.deployment, "kind": kind,
            "chain": self.chain, "seq": self.seq, "prev": self.prev, "space": space,
            "entities": sorted(entities), "deps": sorted(deps), "mends": "",
            "time": {
                "boot": self.boot, "mono_ms": mono_ms, "wall_ms": time.time_ns() // 1_000_000,
            },
            "seen": {"origin": "", "root": "", "size": 0},
            "body": {"commitment": commitment, "size": len(text)},
        }  # fmt: skip
        payload = canonical(header)
        op_id = hashlib.sha256(pae(payload)).hexdigest()
        self.seq, self.prev = self.seq + 1, op_id
        wire = {"header": payload.decode(), "body": text.decode(), "salt": b64url(salt)}
        return op_id, wire | {"sig": b64url(self.sign(pae(payload)))}

    def enrol(self):
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        body = {
            "person": self.person["id"],
            "public_key": {"alg": "ES256", "key": b64url(point)},
            "installation": secrets.token_hex(16),
            "device": "third_client.py",
        }
        entities = [f"person/{self.person['id']}"]
        op_id, wire = self.operation("chain.enrol", self.person["bureau"], body, entities)
        self.chain = op_id
        return wire


def check_inclusion(client, item):
    """SPEC 7: from the receipt's leaf to the root of the checkpoint (RFC 9162, 2.1.3.2)."""
    receipt = item["receipt"]
    entry = hashlib.sha256(b"liuhen.leaf.v1\x00" + receipt["leaf"].encode()).digest()
    request = urllib.request.urlopen(client.address + "/log/checkpoint", timeout=30)
    _, size, root = request.read().decode().split("\n")[:3]
    proof = client.call("GET", f"/log/proof/{receipt['index']}?size={size}")
    node = hashlib.sha256(b"\x00" + entry).digest()
    at, last = receipt["index"], int(size) - 1
    for sibling in map(bytes.fromhex, proof["hashes"]):
        if at % 2 or at == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while not at % 2 and at:
                at, last = at >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        at, last = at >> 1, last >> 1
    if last or base64.b64encode(node).decode() != root:
        raise SystemExit("the proof does not lead to the signed root")


def main(address, login, password, ticket):
    client = Client(address, login, password)
    enrolment = client.enrol()
    print(client.call("POST", "/ops", [enrolment])["items"][0]["ruling"])
    client.call("POST", "/enrolments/ticket", {"chain": client.chain, "ticket": ticket})
    enterprise = new_id()
    body = {
        "enterprise": enterprise,
        "name": "第三方客户端登记的企业（虚构）",
        "trade": "industry",
        "address": "示例市（虚构）",
    }
    op_id, wire = client.operation(
        "enterprise.add", client.person["bureau"], body, [f"enterprise/{enterprise}"]
    )
    item = client.call("POST", "/ops", [wire])["items"][0]
    print(op_id, item["ruling"])
    check_inclusion(client, item)
    print(f"applied as leaf {item['receipt']['index']}, and proven to be in the log")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
