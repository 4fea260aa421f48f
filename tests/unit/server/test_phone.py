"""The small certificate authority behind `make phone`."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from server.cli import phone

HOME = "192.168.1.20"


def leaf_of(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificates(path.read_bytes())[0]


def test_the_certificate_names_the_addresses_and_lives_at_most_397_days(tmp_path: Path) -> None:
    _, cert, _ = phone.ensure_certificates(tmp_path / "tls", [HOME])
    leaf = leaf_of(cert)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert ipaddress.IPv4Address(HOME) in names.get_values_for_type(x509.IPAddress)
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=397)
    assert leaf.not_valid_after_utc > datetime.now(UTC)


def test_a_browserlike_client_trusts_the_server_after_installing_the_authority(
    tmp_path: Path,
) -> None:
    ca, cert, key = phone.ensure_certificates(tmp_path, [HOME])
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    client = ssl.create_default_context(cafile=str(ca))
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname=HOME)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert ours.version() == "TLSv1.3"


def test_a_second_start_keeps_everything(tmp_path: Path) -> None:
    files = phone.ensure_certificates(tmp_path, [HOME])
    before = [path.read_bytes() for path in files]
    assert [path.read_bytes() for path in phone.ensure_certificates(tmp_path, [HOME])] == before


def test_other_addresses_bring_a_new_certificate_from_the_same_authority(tmp_path: Path) -> None:
    ca, cert, _ = phone.ensure_certificates(tmp_path, [HOME])
    authority, first = ca.read_bytes(), cert.read_bytes()
    phone.ensure_certificates(tmp_path, ["10.0.0.7"])
    assert ca.read_bytes() == authority
    assert cert.read_bytes() != first
    leaf_of(cert).verify_directly_issued_by(x509.load_pem_x509_certificate(authority))


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    phone.ensure_certificates(tmp_path / "tls", [HOME])
    modes = {
        path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "tls").glob("*-key.pem")
    }
    assert modes == {"ca-key.pem": 0o600, "server-key.pem": 0o600}
    assert (tmp_path / "tls").stat().st_mode & 0o777 == 0o700


def test_a_public_address_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"8\.8\.8\.8"):
        phone.ensure_certificates(tmp_path / "tls", ["8.8.8.8"])
    assert not (tmp_path / "tls").exists()


def test_local_addresses_are_private() -> None:
    for text in phone.local_addresses():
        assert ipaddress.IPv4Address(text).is_private


def test_the_code_and_the_words_are_there() -> None:
    assert len(phone.qr_text(f"https://{HOME}:8443/").splitlines()) > 10
    text = phone.instructions(Path("data/tls/ca.pem"))
    assert text.count("data/tls/ca.pem") == 2
    assert "安卓" in text
    assert "Android" in text
