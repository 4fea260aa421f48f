"""How long admission of one op takes on one core, and which part takes what share.

`python benchmarks/admit.py [rounds]`: run it from the repository's root with the venv's Python.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cryptography.hazmat.primitives.asymmetric import ec

from sync_protocol import admission, canonical, keys, kinds, ops
from sync_protocol.header import header_problem

KEY = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())
INFO = keys.PublicKeyInfo(**keys.public_key_of(KEY))
HEADER = {
    "app": "1.0.0", "deployment": "bench", "kind": "finding.create", "chain": "a" * 64, "seq": 7,
    "prev": "b" * 64, "space": "530902", "deps": ["c" * 64],
    "time": {"boot": "0123456789abcdef", "mono_ms": 123456, "wall_ms": 1795000000000},
    "seen": {"origin": "liuhen/bench/1", "root": "d" * 64, "size": 12345},
}  # fmt: skip
BODY = {
    "finding": "01j8zqk3v5r9x2m4n6p8s0t1v3", "inspection": "01j8zqk3v5r9x2m4n6p8s0t1v4",
    "enterprise": "01j8zqk3v5r9x2m4n6p8s0t1v5", "number": "A1", "grade": "general",
    "place": "3号井口变电所", "description": "灭火器压力不足，未按期检验。" * 6,
    "requirement": "立即更换，建立检查台账。",
    "basis": {"law": "安全生产法", "article": "第三十六条", "version": "2021"},
    "photos": ["01j8zqk3v5r9x2m4n6p8s0t1w0", "01j8zqk3v5r9x2m4n6p8s0t1w1"],
    "position": {"lat_e7": 238862000, "lon_e7": 1000888000, "accuracy_m": 8, "age_ms": 1200},
}  # fmt: skip
OP = ops.build_op(HEADER, BODY, bytes(range(32)), lambda message: keys.sign(KEY, message))
ITEM = OP.wire()
MESSAGE = ops.pae(OP.header_raw)

PARTS: dict[str, Callable[[], object]] = {
    "signature": lambda: keys.verify(INFO, OP.sig, MESSAGE),
    "canonical header and body": lambda: (
        canonical.decode(OP.header_raw), canonical.decode(OP.body_raw)
    ),
    "header members": lambda: header_problem(OP.header),
    "body members": lambda: kinds.body_problem(OP.kind, OP.body),
    "entities": lambda: kinds.entities_of(OP.kind, OP.body),
    "op id and commitment": lambda: (
        ops.op_id(OP.header_raw), ops.commitment(OP.salt, OP.body_raw)
    ),
}  # fmt: skip


def admit() -> object:
    """Admit the op once."""
    return admission.admit(ITEM, "bench", lambda _: INFO)


def microseconds(run: Callable[[], object], rounds: int) -> float:
    """Return the mean time of one call, the best of 30 runs (others share the cores)."""
    best = float("inf")
    for _ in range(30):
        started = perf_counter()
        for _ in range(rounds):
            run()
        best = min(best, perf_counter() - started)
    return best / rounds * 1e6


def main() -> None:
    """Print a line for the whole and one for each part."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    assert isinstance(admit(), ops.Op)
    whole = microseconds(admit, rounds)
    print(f"{'admit':28}{whole:8.1f} µs  {1e6 / whole:8,.0f} ops/s on one core")
    rest = whole
    for name, run in PARTS.items():
        took = microseconds(run, rounds)
        rest -= took
        print(f"{name:28}{took:8.1f} µs  {took / whole:8.0%}")
    print(f"{'everything else':28}{rest:8.1f} µs  {rest / whole:8.0%}")


if __name__ == "__main__":
    main()
