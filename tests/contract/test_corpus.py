"""Operations of protocol v1, frozen: what was admitted and folded once is so for ever.

`corpus/v1.json` was written once, from a demo city and a few operations beside it;
`corpus/v1_early_shapes.json` by the app as it was before some members were asked for. Neither is
ever written again: a change that fails here breaks every log and every case file there is. The
same files are run in TypeScript (`client_pwa/tests/engine/corpus.test.ts`).
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
from sync_protocol.rules import KINDS, VERSIONS

FOLDER = Path(__file__).with_name("corpus")
FROZEN = {
    "v1": "67eb69aeb0ee07fe6391fb8c3ded1df5b1851a2c0a4e14b1e7f0f3604d3093f7",
    "v1_early_shapes": "ccb7b081549c652523381c87d154ee7f7dbfc84f04fe58b339a8f5183fbc0728",
}
Entry = dict[str, Any]


def bytes_of(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()


CORPORA: dict[str, Any] = {name: json.loads(bytes_of(name)) for name in FROZEN}
KEYS = {
    chain: PublicKeyInfo(**key)
    for corpus in CORPORA.values()
    for chain, key in corpus["keys"].items()
}


def named(entry: Entry) -> str:
    return f"{entry['kind']} {entry['expect']['outcome']}"


def test_each_corpus_is_the_one_that_was_frozen() -> None:
    found = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.iterdir()}
    assert found == FROZEN


def test_every_kind_of_v1_is_there_and_every_shape_that_a_kind_had() -> None:
    kinds = {entry["kind"] for entry in CORPORA["v1"]["ops"]}
    assert len(kinds) == 64
    assert kinds <= set(KINDS)
    reshaped = {kind for shape in VERSIONS["shapes"] for kind in shape["kinds"]}
    assert reshaped == {entry["kind"] for entry in CORPORA["v1_early_shapes"]["ops"]}


@pytest.mark.parametrize(
    "entry", [entry for corpus in CORPORA.values() for entry in corpus["ops"]], ids=named
)
def test_it_is_admitted_under_the_same_id_and_folds_to_the_same_rows(entry: Entry) -> None:
    op = admission.admit(entry["wire"], "demo-city", KEYS.get)
    assert isinstance(op, Op), op
    assert (op.id, op.kind) == (entry["op"], entry["kind"])
    folded = fold(entry["before"], FoldOp.of(op, entry["author"]))
    found = {"outcome": folded.outcome, "code": folded.code, "changes": folded.changes}
    assert found == entry["expect"]
