"""The server's certificate: checked before it is used, and taken anew when its file changes."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from cryptography import x509

from landed.config import Settings
from landed.errors import InvalidInputError

__all__ = ["Tls", "find_tls", "ready_to_trust", "renewed_forever"]

_log = structlog.get_logger(__name__)
_ALL_OTHERS: Final = 0o007
_LOOK_SECONDS: Final = 2.0


@dataclass(frozen=True)
class Tls:
    """A certificate and its key, checked.

    Attributes:
        certificate: File of the chain.
        key: File of the key.
        ends_at: When the certificate is good no more.
    """

    certificate: Path
    key: Path
    ends_at: datetime


def find_tls(settings: Settings) -> Tls | None:
    """Check the certificate that the settings name; None where they name none.

    Args:
        settings: In force.

    Raises:
        InvalidInputError: A file is missing or no PEM, the key does not belong to the
            certificate, has a passphrase, or can be read by everybody.
    """
    certificate, key = settings.tls_certificate, settings.tls_key
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        missing = "LANDED_TLS_CERTIFICATE" if certificate is None else "LANDED_TLS_KEY"
        raise InvalidInputError(
            f"{missing} is missing: HTTPS needs a certificate and its key.", detail=missing
        )
    chain = _read("LANDED_TLS_CERTIFICATE", certificate)
    _read("LANDED_TLS_KEY", key)
    if key.stat().st_mode & _ALL_OTHERS:
        raise _wrong("LANDED_TLS_KEY", key, "everybody can read it; run `chmod 600` on it")
    try:
        first = x509.load_pem_x509_certificates(chain)[0]
    except ValueError:
        raise _wrong("LANDED_TLS_CERTIFICATE", certificate, "it is no certificate (PEM)") from None
    try:
        # An empty passphrase, since without one the library would ask at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, lambda: "")
    except ssl.SSLError as error:
        why = (
            f"it is not the key of {certificate}"
            if error.reason == "KEY_VALUES_MISMATCH"
            else "it is no private key (PEM) without a passphrase"
        )
        raise _wrong("LANDED_TLS_KEY", key, why) from None
    return Tls(certificate, key, first.not_valid_after_utc)


def _read(setting: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _wrong(setting, path, f"it cannot be read ({error.strerror})") from None


def _wrong(setting: str, path: Path, why: str) -> InvalidInputError:
    return InvalidInputError(f"{setting}: {path}: {why}.", detail=setting)


def ready_to_trust(certificate: Path | None) -> ssl.SSLContext | bool:
    """Make what lets a command of this machine talk to the server that runs here.

    Args:
        certificate: The one that the server uses; whoever answers must have its key. Its names are
            not asked for, as the command comes by the machine's own address.
    """
    if certificate is None:
        return True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(certificate)
    return context


async def renewed_forever(settings: Settings, renew: Callable[[], None]) -> None:
    """Watch the files of the certificate, and have it taken anew once both fit again.

    Args:
        settings: In force.
        renew: Takes it anew.
    """
    seen = await asyncio.to_thread(_state_of, settings)
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        now = await asyncio.to_thread(_state_of, settings)
        if now == seen:
            continue
        try:
            tls = await asyncio.to_thread(find_tls, settings)
        except (InvalidInputError, OSError):
            # Half way through a renewal: one file is there, the other not yet.
            _log.warning("certificate_not_taken")
            continue
        seen = now
        renew()
        _log.info("certificate_taken", ends_at=tls.ends_at.isoformat() if tls else None)


def _state_of(settings: Settings) -> list[tuple[int, int, int] | None]:
    return [_stat(path) for path in (settings.tls_certificate, settings.tls_key)]


def _stat(path: Path | None) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path or "")  # noqa: PTH116 - one call for none and some
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
