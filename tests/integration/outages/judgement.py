"""What must hold of a county after the faults stopped, judged through HTTP and the commands."""

import os
import time
from typing import Any

from sync_protocol import leaves, merkle, note, tlog
from tests.integration.outages.copy import Copy
from tests.integration.outages.county import COUNTY, County
from tests.integration.outages.officers import Officer

IN_EFFECT = {"applied", "merged"}
# How long something may take that needs no help; `make soak`, which leaves it no core, gives more.
SETTLED_SECONDS = float(os.environ.get("LIUHEN_TEST_PATIENCE_S") or 15)


def judge(county: County, officers: list[Officer], copy: Copy) -> None:
    """Nothing acknowledged is lost, no index twice, readers dense, everything in effect."""
    entries = log_entries(county)
    receipts = {op: one for officer in officers for op, one in officer.receipts.items()}
    assert len({one["index"] for one in receipts.values()}) == len(receipts), "an index twice"
    for op, one in receipts.items():
        assert f'"op":"{op}"' in one["leaf"], "a receipt of another op"
        assert entries[one["index"]] == leaves.entry(one["leaf"]), "a receipt is no leaf"
    for officer in officers:
        for phone in officer.phones:
            assert phone.outbox == phone.originals == []
            settled_rulings(county, phone.chain)
    settled_photos(county, officers)
    copy.turn()
    assert copy.rows == county.pulled(), "the copy kept all along is not what a new phone gets"
    kept = {key.removeprefix("finding/") for key in copy.rows if key.startswith("finding/")}
    assert kept == {one for officer in officers for one in officer.findings}


def log_entries(county: County) -> list[bytes]:
    """Return every entry of the log; together they are what the newest checkpoint signs."""
    signed = note.parse_checkpoint(county.bytes_of("/log/checkpoint").decode())
    entries: list[bytes] = []
    while len(entries) < signed.size:
        width = min(tlog.TILE_WIDTH, signed.size - len(entries))
        path = tlog.entries_path(len(entries) // tlog.TILE_WIDTH, width)
        entries += tlog.decode_entries(county.bytes_of(f"/log/{path}"))
    assert merkle.root_of(map(merkle.leaf_hash, entries)) == signed.root
    return entries


def settled_rulings(county: County, chain: str) -> None:
    """Every op of a chain is in effect: nothing waits for something that came long ago."""
    until(lambda: stuck(county, chain) == [], f"ops of {chain} are stuck")


def stuck(county: County, chain: str) -> list[Any]:
    """Return the rulings over a chain's ops that are not in effect."""
    found: list[Any] = []
    after = -1
    while True:
        page = county.get(f"/chains/{chain}/rulings?after_index={after}&limit=500")
        found += [one for one in page["rulings"] if one["outcome"] not in IN_EFFECT]
        if "next" not in page:
            return found
        after = page["next"]


def settled_photos(county: County, officers: list[Officer]) -> None:
    """Every photo acknowledged is here to the byte, and the log says it is verified."""
    photos = {sha256: data for officer in officers for sha256, data in officer.uploaded.items()}
    names = {f"blob/{COUNTY}-{sha256}" for sha256 in photos}
    until(lambda: names <= county.pulled().keys(), "photos are not verified")
    for sha256, data in photos.items():
        assert county.bytes_of(f"/spaces/{COUNTY}/blobs/{sha256}") == data


def until(holds: Any, otherwise: str) -> None:
    """Wait, as long as it may take for a service that needs no help."""
    deadline = time.monotonic() + SETTLED_SECONDS
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)


def audit(county: County) -> None:
    """Stop politely; the service's own checks find nothing."""
    assert county.server.stop() == 0
    county.command("verify")
    county.command("rebuild", "--check")
