"""What `liuhen serve --phone` needs: HTTPS on the local network without a public certificate.

A browser gives a page the camera, the position and a service worker only over HTTPS. So this
computer becomes a small certificate authority: its certificate is installed once on each test
phone, and stays; the server's own certificate is issued from it and issued again when the
addresses of this computer change or the end of its life is near.

Not for production: there the proxy in front holds a public certificate. The authority's key lies
in the data folder, readable by its owner only, and the authority may sign nothing but servers
whose address is private (name constraints), so that a lost key is of little use elsewhere.
"""

import io
import ipaddress
import os
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import segno
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Address = ipaddress.IPv4Address

CA_DAYS = 3650
LEAF_DAYS = 397  # the longest life browsers accept (CA/Browser Forum, Baseline Requirements 6.3.2)
RENEW_DAYS = 30
BACKDATED = timedelta(
    hours=24
)  # a phone whose clock is behind accepts the certificate all the same
PRIVATE_NETWORKS = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "169.254.0.0/16",
)
LOCAL_NAME = "localhost"

CA_FILE, CA_KEY_FILE = "ca.pem", "ca-key.pem"
CERT_FILE, KEY_FILE = "server.pem", "server-key.pem"

INSTRUCTIONS = """\
手机首次使用需安装一次本机的证书 {ca}
  安卓:把该文件传到手机 → 设置 → 安全 → 加密与凭据 → 安装证书 → CA 证书 → 选择该文件。
  苹果:用“隔空投送”或邮件把文件传到手机 → 设置 → 已下载描述文件 → 安装;
        再到 设置 → 通用 → 关于本机 → 证书信任设置 → 打开“Liuhen local CA”。
  然后用手机浏览器(不要用微信)扫描上面的二维码。试用结束后请在手机上删除该证书。

Install this computer's certificate on the phone once: {ca}
  Android: copy the file to the phone → Settings → Security → Encryption & credentials →
           Install a certificate → CA certificate → choose the file.
  iPhone:  send the file by AirDrop or mail → Settings → Profile Downloaded → Install; then
           Settings → General → About → Certificate Trust Settings → switch on “Liuhen local CA”.
  Then scan the code above with the phone's browser (not WeChat). Remove the certificate afterwards.
"""

NO_ADDRESS = """\
没有找到局域网地址，手机无法访问；连接无线局域网或手机热点后重新启动。
No address of a local network was found, so no phone can get in. Join a wireless network or a
phone's hotspot (10.x, 172.16–31.x, 192.168.x: the local authority signs no others), start again.
"""


def local_addresses() -> list[str]:
    """Return this computer's private IPv4 addresses, the one used towards the network first; none
    where there is no local network.

    No packet is sent: connecting a datagram socket only asks the routing table.
    """
    found: list[str] = []
    # An OSError means there is no route: there is no network, only this computer.
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737
        found.append(probe.getsockname()[0])
    with suppress(OSError):  # the host's own name often does not resolve
        found += socket.gethostbyname_ex(socket.gethostname())[2]
    return [text for text in dict.fromkeys(found) if _is_local(text)]


def _is_local(text: str) -> bool:
    address = Address(text)
    in_reach = any(address in ipaddress.ip_network(network) for network in PRIVATE_NETWORKS)
    return in_reach and not address.is_loopback


def ensure_certificates(folder: Path, addresses: list[str]) -> tuple[Path, Path, Path]:
    """Return the files (CA certificate, server certificate with chain, server key), made as needed.

    Args:
        folder: where they are kept; created with access for its owner only.
        addresses: private IPv4 addresses the server answers at; `localhost` is always added.

    Raises:
        ValueError: when an address is not a private one.
    """
    for text in addresses:
        if not any(Address(text) in ipaddress.ip_network(net) for net in PRIVATE_NETWORKS):
            raise ValueError(f"{text} is not a private address; the local authority signs no other")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ca_pem, cert_pem, key_pem = folder / CA_FILE, folder / CERT_FILE, folder / KEY_FILE
    now = datetime.now(UTC)
    authority, authority_key = _authority(folder, now)
    wanted = {Address(text) for text in addresses} | {Address("127.0.0.1")}
    if not (key_pem.exists() and _still_good(cert_pem, authority, wanted, now)):
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = _leaf(authority, authority_key, key.public_key(), wanted, now)
        _write_private(key_pem, _key_text(key))
        cert_pem.write_bytes(_pem(leaf) + _pem(authority))
    return ca_pem, cert_pem, key_pem


def qr_text(url: str) -> str:
    """Return a QR code of an address as text for a terminal."""
    out = io.StringIO()
    segno.make(url, micro=False).terminal(out, compact=True)
    return out.getvalue()


def instructions(ca_pem: Path) -> str:
    """Return what to install on the phone, in Chinese and in English."""
    return INSTRUCTIONS.format(ca=ca_pem)


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Load the authority of this folder, or make it."""
    ca_pem, ca_key_pem = folder / CA_FILE, folder / CA_KEY_FILE
    if ca_pem.exists() and ca_key_pem.exists():
        key = serialization.load_pem_private_key(ca_key_pem.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{ca_key_pem} holds no P-256 key; remove the folder to start again")
        return x509.load_pem_x509_certificate(ca_pem.read_bytes()), key
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Liuhen local CA")
    certificate = (
        _builder(name, name, key.public_key(), now, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(_constraints(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_private(ca_key_pem, _key_text(key))
    ca_pem.write_bytes(_pem(certificate))
    return certificate, key


def _leaf(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    key: ec.EllipticCurvePublicKey,
    addresses: set[Address],
    now: datetime,
) -> x509.Certificate:
    """Issue the server's certificate for these addresses and `localhost`."""
    names: list[x509.GeneralName] = [x509.IPAddress(address) for address in sorted(addresses)]
    names.append(x509.DNSName(LOCAL_NAME))
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    server_only = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return (
        _builder(_name("Liuhen on this computer"), authority.subject, key, now, LEAF_DAYS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(server_only, critical=False)
        .add_extension(issuer_key, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _still_good(
    cert_pem: Path, authority: x509.Certificate, wanted: set[Address], now: datetime
) -> bool:
    """Say whether the present certificate is ours, covers the addresses and lasts a while yet."""
    if not cert_pem.exists():
        return False
    leaf = x509.load_pem_x509_certificates(cert_pem.read_bytes())[0]
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = set(names.get_values_for_type(x509.IPAddress))
    lasts = leaf.not_valid_after_utc - now > timedelta(days=RENEW_DAYS)
    try:
        leaf.verify_directly_issued_by(authority)
    except Exception:  # noqa: BLE001 whatever is wrong with it, a new one is issued
        return False
    return covered == wanted and lasts


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    days: int,
) -> x509.CertificateBuilder:
    start = now - BACKDATED
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _constraints() -> x509.NameConstraints:
    networks = [x509.IPAddress(ipaddress.IPv4Network(network)) for network in PRIVATE_NETWORKS]
    permitted: list[x509.GeneralName] = [*networks, x509.DNSName(LOCAL_NAME)]
    return x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_text(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write_private(path: Path, content: bytes) -> None:
    """Write a file nobody but its owner can read, never for a moment readable by others."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
