"""The third client's phone: its requests, its chain, its rows, its uploads. SPEC 2, 4, 7 and 8."""

import base64
import gzip
import json
import secrets
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec
from third_client_proofs import (
    LIMITS,
    PROBLEMS,
    SPOKEN,
    Stop,
    b64u,
    build,
    commitment,
    consistent,
    entry_of,
    leaf_hash,
    op_id,
    open_note,
    read_key,
    receipt_holds,
    ruling_holds,
    sha,
    sign,
    stop_if,
    unb64u,
    unhex,
    verify_op,
)

END = "~"  # sorts after every entity key (§8)
TUS = {"Tus-Resumable": "1.0.0"}


def now_ms():
    return int(time.time() * 1000)


class Problem(Exception):
    """§8: a problem document: status, then code (of problems.json), English, detail, field."""


class Api:
    """§8: requests under /api/v1, digests both ways."""

    def __init__(self, url):
        self.base, self.token = url.rstrip("/") + "/api/v1/", ""

    def raw(self, method, path, data=None, headers=None):
        """§8: one request; the reply's Liuhen-Digest is checked before it is believed."""
        sent = dict(headers or {})
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(urljoin(self.base, path), data, sent, method=method)
        try:
            reply = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            reply = error
        with reply:
            status, got, body = reply.status, reply.headers, reply.read()
        if got.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        kind = got.get("Content-Type", "")
        is_text = body and ("json" in kind or kind.startswith("text/plain"))
        stop_if(
            is_text and got.get("Liuhen-Digest") != "sha-256=" + sha(body).hex(),
            f"The reply to {method} {path} was changed on the way (Liuhen-Digest).",
        )
        stop_if(
            sent.get("Tus-Resumable") and got.get("Tus-Resumable") != "1.0.0",
            "A reply to an upload bears no Tus-Resumable; it is no answer of the service.",
        )
        if status >= 400:
            said = json.loads(body or "{}")
            shown = [said[name] for name in ("code", "en", "detail", "field") if name in said]
            raise Problem(status, *shown)
        return got, body

    def call(self, method, path, value=None):
        """§8: JSON in, JSON out."""
        data, headers = None, {}
        if value is not None:
            data = json.dumps(value, ensure_ascii=False).encode()
            digest = "sha-256=" + sha(data).hex()
            headers = {"Content-Type": "application/json", "Liuhen-Digest": digest}
        body = self.raw(method, path, data, headers)[1]
        return json.loads(body) if body else None


class Phone:
    """One installation: its key, chain, pinned log, rows and cursors, kept in FOLDER/state.json."""

    def __init__(self, api, folder):
        self.api, self.file = api, Path(folder) / "state.json"
        self.boot, self.started = secrets.token_hex(8), time.monotonic()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.s = {"rows": {}, "cursors": {}, "outbox": [], "receipts": {}, "given_up": []}
        if self.file.exists():
            self.s = json.loads(self.file.read_text("utf-8"))

    def save(self):
        """Keep the state before anything depends on it."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(self.s, ensure_ascii=False), "utf-8")
        fresh.replace(self.file)

    # ---- the log

    def handshake(self):
        """§8 GET /deployment, §2 Versions, §7 Trust: versions spoken; the log is the one pinned."""
        said = self.api.call("GET", "deployment")
        spoken = said["protocol"]
        stop_if(
            not spoken["min"] <= SPOKEN <= spoken["max"],
            f"The service speaks protocol {spoken}, this client {SPOKEN}; nothing is sent.",
        )
        pinned = [self.s.setdefault(name, said[name]) for name in ("log_key", "deployment")]
        stop_if(
            pinned != [said["log_key"], said["deployment"]]
            or read_key(said["log_key"])[0] != said["origin"],
            "The log's key, name or deployment is not the one pinned at the first visit.",
        )
        self.head()
        genesis = self.api.call("GET", "log/genesis")
        body = self.prove_entry(genesis, json.loads(genesis["body"])["public_key"])
        stop_if(
            genesis["index"] != 0 or genesis["op"] != self.s.setdefault("genesis", genesis["op"]),
            "The genesis is not leaf 0, or not the one pinned at the first visit.",
        )
        stop_if(
            read_key(body["log_key"])[2] != read_key(self.s["log_key"])[2],
            "The genesis names another log key than the one pinned.",
        )
        self.s["system"] = body["public_key"]
        print(f"deployment {said['deployment']} ({said['name']}), pinned {self.s['log_key']}")

    def head(self, note=None):
        """§7: verify a checkpoint (by default the newest), and that it is of the same log."""
        note = note or self.api.raw("GET", "log/checkpoint")[1].decode()
        new = open_note(self.s["log_key"], note)
        a, b = sorted((self.s.setdefault("head", new), new), key=lambda head: head["size"])
        path = f"log/consistency?from={a['size']}&size={b['size']}"
        proof = [] if a["size"] == b["size"] else self.api.call("GET", path)["hashes"]
        roots = bytes.fromhex(a["root"]), bytes.fromhex(b["root"])
        stop_if(
            not consistent(a["size"], b["size"], *roots, unhex(proof)),
            f"The log at {b['size']} does not continue the log at {a['size']}.",
        )
        if proof:
            print(
                f"  checkpoint: {a['size']} → {b['size']} leaves, consistent ({len(proof)} hashes)"
            )
        self.s["head"] = b
        self.save()
        return b

    def proof_of(self, index):
        """§8 GET /log/proof: (a verified head that covers the leaf, the hashes of its proof)."""
        head = self.s["head"] if self.s["head"]["size"] > index else self.head()
        path = f"log/proof/{index}?size={head['size']}"
        return head, unhex(self.api.call("GET", path)["hashes"])

    def prove(self, op, receipt, sig):
        """§7 Receipt: the leaf of this op and signature is in a verified tree; its leaf hash."""
        head, proof = self.proof_of(receipt["index"])
        is_of_sig = json.loads(receipt["leaf"])["sig"] == sha(unb64u(sig)).hex()
        stop_if(
            not is_of_sig or not receipt_holds(receipt, op, head, proof),
            f"The receipt of {op} at {receipt['index']} is not in the tree of {head['size']}.",
        )
        return leaf_hash(entry_of(receipt["leaf"])).hex()

    def prove_ruling(self, op, ruling):
        """§7 Ruling: a later ruling's leaf is in a verified tree and says what it says."""
        head, proof = self.proof_of(ruling["index"])
        stop_if(
            not ruling_holds(ruling, op, head, proof),
            f"The ruling on {op} at {ruling['index']} is not in the tree of {head['size']}.",
        )

    def prove_entry(self, entry, key):
        """§2, §7: an entry with `sig` and `salt` is signed by this key and logged; its body."""
        promised = json.loads(entry["header"])["body"]["commitment"]
        stop_if(
            op_id(entry["header"]) != entry["op"]
            or commitment(unb64u(entry["salt"]), entry["body"]) != promised
            or not verify_op(key, entry["header"], unb64u(entry["sig"])),
            f"The {entry['kind']} {entry['op']} was not signed by the key it should be.",
        )
        leaf = self.prove(entry["op"], entry["receipt"], entry["sig"])
        print(f"  {entry['kind']} of {entry['by']}: leaf {entry['index']} {leaf[:16]}… proved")
        return json.loads(entry["body"])

    # ---- the chain

    def key(self):
        """§3: the chain's P-256 key, made once."""
        if not self.s.get("key"):
            form = ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption()
            key = ec.generate_private_key(ec.SECP256R1())
            self.s["key"] = key.private_bytes(*form).decode()
        return ser.load_pem_private_key(self.s["key"].encode(), None)

    def record(self, kind, body, space, deps=(), mends=""):
        """§2: make the next op of the chain and keep it in the outbox until it has an answer."""
        salt = secrets.token_bytes(32)
        mono_ms = int((time.monotonic() - self.started) * 1000)
        parts = {
            "app": "third-0.1",
            "deployment": self.s["deployment"],
            "kind": kind,
            "chain": self.s.get("chain", ""),
            "seq": self.s.get("seq", -1) + 1,
            "prev": self.s.get("prev", ""),
            "space": space,
            "deps": sorted(set(deps)),
            "mends": mends,
            "seen": self.s["head"],
            "time": {"boot": self.boot, "mono_ms": mono_ms, "wall_ms": now_ms()},
        }
        op, header, text = build(parts, body, salt)
        sig = b64u(sign(self.key(), header))
        self.s["outbox"].append({"header": header, "body": text, "salt": b64u(salt), "sig": sig})
        self.s.update(seq=parts["seq"], prev=op, chain=parts["chain"] or op)
        self.save()
        return op

    def push(self, choose=list):
        """§8 POST /ops: send the outbox; give up what is never to be retried (problems.json)."""
        batch, answers = choose(self.s["outbox"])[: LIMITS["batch_ops"]], {}
        reply = self.api.call("POST", "ops", batch)
        for op, item in zip(batch, reply["items"], strict=True):
            ident, header = op_id(op["header"]), json.loads(op["header"])
            answers[ident] = item
            told = f"  seq {header['seq']} {header['kind']}:"
            if item["status"] == "admitted":
                kept = {"receipt": item["receipt"], "sig": op["sig"], "kind": header["kind"]}
                self.s["receipts"][ident] = kept
                ruling = item["ruling"]
                print(told, f"leaf {kept['receipt']['index']}", ruling["outcome"], ruling["code"])
            elif PROBLEMS["item"][item["code"]]["retry"] == "never":
                self.s["given_up"].append(header["seq"])
                print(told, f"rejected {item['code']} at {item['field']}, given up")
            else:
                raise Stop(f"An operation was rejected as {item['code']}; it stays in the outbox.")
            self.s["outbox"].remove(op)
        self.head(reply["checkpoint"])
        return answers

    def rulings(self):
        """§8 GET /chains/{chain}/rulings: the newest ruling of every op of the chain."""
        newest, page = {}, {"next": -1}
        while "next" in page:
            path = f"chains/{self.s['chain']}/rulings?after_index={page['next']}"
            page = self.api.call("GET", path)
            newest.update({ruling["op"]: ruling for ruling in page["rulings"]})
        return newest

    # ---- rows

    def keep(self, space, rows, through):
        """§8: keep rows and their cursor; the order is (index, entity)."""
        for one in rows:
            row, after = one.get("row"), self.s["cursors"].get(space)
            entity = row["entity"] if row else one["left"]
            at = {"after_index": one["index"], "after_entity": entity}
            is_behind = after and tuple(at.values()) <= (
                after["after_index"],
                after["after_entity"],
            )
            stop_if(
                is_behind or (row and row["space"] != space) or one["index"] >= through,
                f"Rows of {space} are out of order, of another space or beyond the snapshot.",
            )
            self.s["cursors"][space] = at
            if row:
                self.s["rows"][f"{space} {entity}"] = row
            else:
                self.s["rows"].pop(f"{space} {entity}", None)  # it went to another space

    def stand_at(self, space, through):
        """§8: everything below `through` is kept."""
        self.s["cursors"][space] = {"after_index": through - 1, "after_entity": END}

    def pull_snapshot(self, space):
        """§8 Snapshot: parts from the first, each checked by its SHA-256.

        Where one is missing or differs, the pull goes on from the cursor.
        """
        try:
            shot = self.api.call("GET", f"spaces/{space}/snapshot")
            for part in shot["parts"]:
                path = f"spaces/{space}/snapshot/parts/{part['sha256']}"
                text = self.api.raw("GET", path, headers={"Accept-Encoding": "gzip"})[1]
                if sha(text).hex() != part["sha256"]:
                    return "differs"
                self.keep(space, json.loads(text)["rows"], shot["complete_through"])
        except Problem as problem:
            if problem.args[0] != 404:
                raise
            return "none"
        self.stand_at(space, shot["complete_through"])
        return f"{len(shot['parts'])} parts"

    def pull(self, space):
        """§8 Page: follow `next` to its end; returns the rows that came."""
        came, page = [], {"next": True}
        while page.get("next"):
            cursor = self.s["cursors"].get(space, {})
            query = urlencode({**cursor, "limit": LIMITS["pull_rows"]})
            page = self.api.call("GET", f"spaces/{space}/rows?{query}")
            self.keep(space, page["rows"], page["complete_through"])
            came += [one["row"] for one in page["rows"] if "row" in one]
        self.stand_at(space, page["complete_through"])
        self.save()
        return came

    # ---- originals

    def upload(self, space, data, media_type):
        """§8 /uploads: tus creation and chunks with checksums.

        The first try of the second chunk is cut off: HEAD, resume.
        """
        said = {"sha256": sha(data).hex(), "space": space, "media_type": media_type}
        pairs = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in said.items())
        announced = {**TUS, "Upload-Length": str(len(data)), "Upload-Metadata": pairs}
        made = self.api.raw("POST", "uploads", b"", announced)[0]
        place, offset, is_cut = made["Location"], int(made.get("Upload-Offset", 0)), False
        while offset < len(data):
            chunk = data[offset : offset + len(data) // 2 + 1]
            head = {
                **TUS,
                "Content-Type": "application/offset+octet-stream",
                "Upload-Offset": str(offset),
                "Upload-Checksum": "sha256 " + base64.b64encode(sha(chunk)).decode(),
            }
            if offset and not is_cut:
                self.cut_off(place, chunk, head)
                is_cut = True
                got = self.api.raw("HEAD", place, None, TUS)[0]
            else:
                got = self.api.raw("PATCH", place, chunk, head)[0]
            offset = int(got["Upload-Offset"])
            print(f"  upload: {offset} of {len(data)}")

    def cut_off(self, place, chunk, head):
        """§8 /uploads: send half of a PATCH, then drop the connection."""
        url = urlsplit(urljoin(self.api.base, place))
        token = f"Bearer {self.api.token}"
        sent = {**head, "Host": "x", "Authorization": token, "Content-Length": len(chunk)}
        fields = [f"{name}: {value}" for name, value in sent.items()]
        request = "\r\n".join([f"PATCH {url.path} HTTP/1.1", *fields, "", ""]).encode()
        with socket.create_connection((url.hostname, url.port or 80)) as line:
            line.sendall(request + chunk[: len(chunk) // 2])
        print("  upload: interrupted on purpose")
