"""Operations of protocol v1, frozen: what was admitted and folded once is so for ever.

`corpus/v1.json` was written once, from a demo city and a few operations beside it, and is never
written again: a change that fails here breaks every log and every case file there is. The same
file is run in TypeScript (`client_pwa/tests/engine/corpus.test.ts`).
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from sync_protocol import admission
from sync_protocol.fold import FoldOp, fold
from sync_protocol.keys import PublicKeyInfo
from sync_protocol.ops import Op
from sync_protocol.rules import KINDS

FILE = Path(__file__).with_name("corpus") / "v1.json"
SHA256 = "67eb69aeb0ee07fe6391fb8c3ded1df5b1851a2c0a4e14b1e7f0f3604d3093f7"
CORPUS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
Entry = dict[str, Any]


def key_of(chain: str) -> PublicKeyInfo | None:
    known = CORPUS["keys"].get(chain)
    return PublicKeyInfo(**known) if known else None


def named(entry: Entry) -> str:
    return f"{entry['kind']} {entry['expect']['outcome']}"


def test_the_corpus_is_the_one_that_was_frozen_and_holds_every_kind_of_v1() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == SHA256
    kinds = {entry["kind"] for entry in CORPUS["ops"]}
    assert len(kinds) == 64
    assert kinds <= set(KINDS)


@pytest.mark.parametrize("entry", CORPUS["ops"], ids=named)
def test_it_is_admitted_under_the_same_id_and_folds_to_the_same_rows(entry: Entry) -> None:
    op = admission.admit(entry["wire"], CORPUS["deployment"], key_of)
    assert isinstance(op, Op), op
    assert (op.id, op.kind) == (entry["op"], entry["kind"])
    folded = fold(entry["before"], FoldOp.of(op, entry["author"]))
    found = {"outcome": folded.outcome, "code": folded.code, "changes": folded.changes}
    assert found == entry["expect"]
