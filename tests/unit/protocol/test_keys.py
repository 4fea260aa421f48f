"""Chain keys: against the project Wycheproof's vectors, and round trips."""

import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import keys
from sync_protocol.encoding import b64url, from_b64url

SHARED = Path(os.environ.get("LIUHEN_TEST_SHARED", Path(__file__).resolve().parents[4] / "shared"))
WYCHEPROOF = SHARED / "vectors" / "wycheproof-ecdsa-p256-sha256-p1363.json"
KEY = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())


@pytest.mark.skipif(not WYCHEPROOF.exists(), reason=f"no Wycheproof vectors at {WYCHEPROOF}")
def test_signatures_are_judged_as_wycheproof_judges_them() -> None:
    judged = wrong = 0
    for group in json.loads(WYCHEPROOF.read_text(encoding="utf-8"))["testGroups"]:
        point = bytes.fromhex(group["publicKey"]["uncompressed"])
        info = keys.PublicKeyInfo("ES256", b64url(point))
        for case in group["tests"]:
            found = keys.verify(info, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
            judged += 1
            wrong += found is not (case["result"] == "valid")
    assert judged > 200
    assert wrong == 0


@given(st.binary(max_size=100))
def test_what_was_signed_verifies_and_nothing_else(message: bytes) -> None:
    signature = keys.sign(KEY, message)
    info = keys.PublicKeyInfo(**keys.public_key_of(KEY))
    assert len(signature) == keys.SIGNATURE_BYTES
    assert keys.verify(info, signature, message)
    assert not keys.verify(info, signature, message + b"\x00")


@given(st.binary(max_size=80))
def test_base64url_has_one_text_for_one_value(raw: bytes) -> None:
    text = b64url(raw)
    assert from_b64url(text, len(raw)) == raw
    assert from_b64url(text, len(raw) + 1) is None
    assert from_b64url(text + "=", len(raw)) is None


@pytest.mark.parametrize("text", ["A", "AB", "A=", "AA==", "+w", "/w", "A\n", "ＡＡ", "é"])
def test_other_texts_are_no_base64url_of_one_byte(text: str) -> None:
    assert from_b64url(text, 1) is None


@pytest.mark.parametrize("key", ["", "A" * 87, "B" + "A" * 86, "not base64"])
def test_a_key_that_is_no_point_verifies_nothing(key: str) -> None:
    info = keys.PublicKeyInfo("ES256", key)
    assert keys.verify(info, keys.sign(KEY, b"m"), b"m") is False
