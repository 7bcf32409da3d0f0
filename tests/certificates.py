"""A certificate authority of our own, for tests of HTTPS."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

__all__ = ["Authority", "write_key"]

_TWO_DAYS = timedelta(days=2)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def write_key(path: Path, key: ec.EllipticCurvePrivateKey, passphrase: bytes | None = None) -> None:
    """Write a key that only its owner can read."""
    sealing = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealing))
    path.chmod(0o600)


@dataclass(frozen=True)
class Authority:
    """Signs certificates for 127.0.0.1.

    Attributes:
        folder: Where everything lies; its own certificate is `ca.pem`.
        key: Its key.
    """

    folder: Path
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def found(cls, folder: Path) -> Authority:
        """Make a new one."""
        made = cls(folder, ec.generate_private_key(ec.SECP256R1()))
        (folder / "ca.pem").write_bytes(made._sign("test CA", made.key, _TWO_DAYS, is_ca=True))
        return made

    def issue(self, *, lasts: timedelta = _TWO_DAYS) -> tuple[Path, Path]:
        """Write a new certificate and its key over the ones before."""
        certificate, key_file = self.folder / "server.pem", self.folder / "server.key"
        key = ec.generate_private_key(ec.SECP256R1())
        write_key(key_file, key)
        certificate.write_bytes(self._sign("landed", key, lasts, is_ca=False))
        return certificate, key_file

    def _sign(
        self, name: str, key: ec.EllipticCurvePrivateKey, lasts: timedelta, *, is_ca: bool
    ) -> bytes:
        now = datetime.now(UTC)
        here = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        issuer = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name("test CA"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + min(lasts, timedelta(0)) - timedelta(days=1))
            .not_valid_after(now + lasts)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer),
                critical=False,
            )
        )
        if is_ca:
            usage = x509.KeyUsage(
                key_cert_sign=True, crl_sign=True, digital_signature=True,
                content_commitment=False, key_encipherment=False, data_encipherment=False,
                key_agreement=False, encipher_only=False, decipher_only=False,
            )  # fmt: skip
            builder = builder.add_extension(usage, critical=True)
        else:
            builder = builder.add_extension(x509.SubjectAlternativeName(here), critical=False)
        return builder.sign(self.key, SHA256()).public_bytes(Encoding.PEM)
