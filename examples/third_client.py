"""A third client of Liuhen, written by a stranger to the code from sync_protocol/SPEC.md alone.

Nothing of the product is imported; it needs Python and the package `cryptography`. Against a demo:

    liuhen serve --demo          # prints a ticket for zhuguan
    python examples/third_client.py http://127.0.0.1:8080 zhuguan liuhen-demo TICKET FOLDER

One visit pins the log, enrols a key and has it confirmed by the ticket, pulls every space, records
work that waits, is refused and mended, and uploads a photo over a cut connection. Then it proves
every receipt and every later ruling. The next visit with the same FOLDER continues its chain.
It ends with a sentence and status 1 when anything does not verify.
"""

import json
import secrets
import sys
import time

from cryptography.hazmat.primitives import serialization as ser
from third_client_phone import Api, Phone, Problem, now_ms
from third_client_proofs import Stop, b64u, new_id, pairing_code, sha, stop_if

BEIJING_S = 8 * 3600


def jpeg():
    """A grey JPEG of one pixel, made unlike any other by a comment."""

    def part(mark, data):
        return bytes([255, mark]) + (len(data) + 2).to_bytes(2, "big") + data

    return (
        b"\xff\xd8"
        + part(0xFE, secrets.token_bytes(60000))
        + part(0xDB, bytes([0] + [1] * 64))
        + part(0xC0, bytes([8, 0, 1, 0, 1, 1, 1, 0x11, 0]))
        + part(0xC4, bytes([0, 1] + [0] * 16))
        + part(0xC4, bytes([16, 1] + [0] * 16))
        + part(0xDA, bytes([1, 1, 0, 0, 63, 0]))
        + b"\x3f\xff\xd9"
    )


def sign_in(phone, login, password):
    """§8 POST /session: only after the log was seen to continue; returns the person."""
    session = phone.api.call("POST", "session", {"login": login, "password": password})
    me, phone.api.token = session["person"], session["access_token"]
    stop_if(
        phone.s.setdefault("person", me["id"]) != me["id"],
        "This folder keeps another person's chain.",
    )
    clock = session["now_ms"] - now_ms()
    print(f"signed in as {me['id']}, {me['role']} of {me['bureau']}, clock {clock:+} ms")
    return me


def enrol(phone, me, ticket):
    """§3, §8 /enrolments/ticket: found the chain, have the one-time ticket confirm it."""
    if not phone.s.get("chain"):
        form = ser.Encoding.X962, ser.PublicFormat.UncompressedPoint
        point = phone.key().public_key().public_bytes(*form)
        body = {
            "person": me["id"],
            "public_key": {"alg": "ES256", "key": b64u(point)},
            "installation": secrets.token_hex(16),
            "device": "third client",
        }
        chain = phone.record("chain.enrol", body, me["bureau"])
        print(f"chain {chain}, pairing code {pairing_code(chain, point)}")
    if phone.s["outbox"]:
        phone.push()
    if not phone.s.get("confirmed"):
        said = {"chain": phone.s["chain"], "ticket": ticket}
        phone.s["confirmed"] = phone.api.call("POST", "enrolments/ticket", said)


def pull_all(phone, me):
    """§8: each space, from a snapshot where there is one, then by pages."""
    for space in me["spaces"]:
        is_known = space in phone.s["cursors"]
        snapshot = "not asked" if is_known else phone.pull_snapshot(space)
        came = phone.pull(space)
        held = sum(row["space"] == space for row in phone.s["rows"].values())
        print(f"space {space}: {held} rows ({len(came)} by pages; snapshot: {snapshot})")


def check_vouchers(phone):
    """§3, §8 vouchers: from the system's key a row of confirmations leads to this chain."""
    keys, trusted = {phone.s["genesis"]: phone.s["system"]}, {phone.s["genesis"]}
    for entry in phone.api.call("GET", f"chains/{phone.s['chain']}/vouchers")["ops"]:
        if entry["kind"] == "chain.enrol":
            own = json.loads(entry["body"])["public_key"]
            keys[entry["op"]] = phone.prove_entry(entry, own)["public_key"]
        elif entry["kind"] == "chain.countersign":
            by = json.loads(entry["header"])["chain"]
            if by in trusted:
                trusted.add(phone.prove_entry(entry, keys[by])["target"])
    stop_if(phone.s["chain"] not in trusted, "Nobody vouches for this chain.")


def inspectors_of(phone, space):
    """Two inspectors of a bureau, out of the rows of `common`."""
    people = (row for row in phone.s["rows"].values() if row["entity"].startswith("person/"))
    wanted = [space, "inspector"]
    return sorted(
        row["entity"].removeprefix("person/")
        for row in people
        if [row["fields"][name]["v"] for name in ("bureau", "role")] == wanted
    )[:2]


class Work:
    """§2 deps and mends, §4, §6: what one visit records about an enterprise of its own."""

    def __init__(self, phone, space):
        self.phone, self.space = phone, space
        fresh = (new_id(now_ms(), secrets.token_bytes(10)) for _ in range(3))
        self.enterprise, self.inspection, self.photo = fresh
        body = {"name": "第三客户端试验厂（虚构）", "trade": "industry", "address": "虚构路1号"}
        self.add = self.record("enterprise.add", {"enterprise": self.enterprise, **body})

    def record(self, kind, body, deps=(), mends=""):
        return self.phone.record(kind, body, self.space, deps, mends)

    def edit(self, field, value, replaces, mends=""):
        change = {"field": field, "value": value, "replaces": [replaces]}
        body = {"enterprise": self.enterprise, "changes": [change]}
        return self.record("enterprise.edit", body, {self.add, replaces}, mends)

    def plan(self):
        body = {
            "inspection": self.inspection,
            "enterprise": self.enterprise,
            "date": time.strftime("%Y-%m-%d", time.gmtime(time.time() + BEIJING_S)),
            "officers": inspectors_of(self.phone, self.space),
            "content": "例行检查",
        }
        return self.record("inspection.plan", body, [self.add])

    def shoot(self, data, plan):
        size = {"size_bytes": len(data), "media_type": "image/jpeg"}
        body = {
            "photo": self.photo,
            "inspection": self.inspection,
            "purpose": "scene",
            "source": "camera",
            "captured_at_ms": now_ms(),
            "blob": {"sha256": sha(data).hex(), **size},
        }
        return self.record("photo.add", body, [plan])


def do_work(phone, me):
    """Ops that depend on one another, a wait, a refusal that is mended, a rejection given up."""
    work, data = Work(phone, me["bureau"]), jpeg()
    name = work.edit("name", "第三客户端试验厂二（虚构）", work.add)
    plan = work.plan()
    early = phone.push(lambda ops: ops[1:2])[name]  # the edit alone, before what it depends on
    stop_if(
        early["ruling"]["code"] != "dep_missing",
        "The edit did not wait for the operation it depends on.",
    )
    phone.push()
    bad = work.edit("trade", "mine", work.add)  # no editable field: refused
    wrong = work.edit("name", "x" * 2001, name)  # not of its type: rejected
    answers = phone.push()
    stop_if(
        (answers[bad]["ruling"]["code"], answers[wrong].get("code"))
        != ("field_not_editable", "body_invalid"),
        "The two bad operations were not turned down as the SPEC says.",
    )
    mend = work.edit("address", "虚构路2号", work.add, mends=bad)
    photo = work.shoot(data, plan)
    phone.push()
    phone.upload(me["bureau"], data, "image/jpeg")
    return [work.add, name, plan, mend, photo], f"{me['bureau']}-{sha(data).hex()}"


def await_verified(phone, space, blob):
    """§8 status of an op: wait for the row of the blob; prove the system's op that it names."""
    for _ in range(60):
        phone.pull(space)
        if row := phone.s["rows"].get(f"{space} blob/{blob}"):
            entry = phone.api.call("GET", f"ops/{row['created']['op']}")
            body = phone.prove_entry(entry, phone.s["system"])
            stop_if(body["blob"] != blob, "The system verified another original.")
            return
        time.sleep(1)
    raise Stop("The photo was not verified within a minute.")


def prove_all(phone, mine, before):
    """§7: every receipt of the chain, and every later ruling, in the newest tree."""
    phone.head()
    now, later = phone.rulings(), 0
    for op, kept in phone.s["receipts"].items():
        leaf, ruling = phone.prove(op, kept["receipt"], kept["sig"]), now[op]
        if "leaf" in ruling:
            phone.prove_ruling(op, ruling)
            later += 1
        told = f"  {kept['kind']:16} leaf {kept['receipt']['index']} {leaf[:16]}… proved; now"
        print(told, ruling["outcome"], ruling["code"])
    stop_if(
        any(now[op]["outcome"] != "applied" for op in mine), "Some of this work was not applied."
    )
    stop_if("leaf" not in now[mine[1]], "The edit that waited has no ruling leaf.")
    print(f"{len(phone.s['receipts'])} receipts and {later} later rulings proved", end="; ")
    print(f"the log went from {before} to {phone.s['head']['size']} leaves, consistently")


def look_again(phone, me, mine, blob):
    """§8: pulled again from the cursors, the visit's own work is in the rows."""
    came = [row for space in me["spaces"] for row in phone.pull(space)]
    own = [r for r in came if r["entity"] == f"blob/{blob}" or r["created"]["op"] in mine]
    seen = {row["entity"].split("/")[0]: row for row in own}
    fields = seen["enterprise"]["fields"] if "enterprise" in seen else {}
    stop_if(
        sorted(seen) != ["blob", "enterprise", "inspection", "photo"]
        or [fields[name]["op"] for name in ("name", "address")] != [mine[1], mine[3]],
        "This visit's own work is not in the rows.",
    )
    print(f"pulled again from the cursor: {', '.join(seen)}; {fields['address']['v']}")


def report(phone):
    """§8 PUT inventory: nothing is left on this phone."""
    said = {
        "head_seq": phone.s["seq"],
        "head_op": phone.s["prev"],
        "unsent_ops": len(phone.s["outbox"]),
        "given_up": phone.s["given_up"],
        "originals": [],
        "originals_more": 0,
        "originals_bytes": 0,
        "device_ms": now_ms(),
    }
    phone.api.call("PUT", f"chains/{phone.s['chain']}/inventory", said)


def main(url, login, password, ticket, folder="third_client_data"):
    """The whole visit."""
    phone = Phone(Api(url), folder)
    phone.handshake()
    me = sign_in(phone, login, password)
    enrol(phone, me, ticket)
    pull_all(phone, me)
    check_vouchers(phone)
    cursors, before = dict(phone.s["cursors"]), phone.s["head"]["size"]
    mine, blob = do_work(phone, me)
    await_verified(phone, me["bureau"], blob)
    prove_all(phone, mine, before)
    phone.s["cursors"] = cursors
    look_again(phone, me, mine, blob)
    report(phone)
    phone.save()
    phone.api.call("DELETE", "session")
    print("everything verifies")


if __name__ == "__main__":
    if len(sys.argv) not in (5, 6):
        raise SystemExit(__doc__)
    try:
        main(*sys.argv[1:])
    except (Stop, Problem, OSError) as error:
        sys.exit("Stopped: " + ", ".join(map(str, error.args)))
