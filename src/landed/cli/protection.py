"""What `landed doctor` says of encryption: at rest and in transit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from landed.cli.tls import find_tls
from landed.config import Settings
from landed.errors import LandedError
from landed.privacy import Vault, open_vault
from landed.store.supervisor import store_is_sealed
from landed.wiring import Check, read_master, utc_now

__all__ = ["protection_checks"]

_WARN: Final = timedelta(days=7)


def protection_checks(settings: Settings) -> Iterator[Check]:
    """Look at what protects an installation's data on the disk and on the way.

    Args:
        settings: Of the installation.
    """
    yield _at_rest(settings)
    yield _in_transit(settings)


def _at_rest(settings: Settings) -> Check:
    try:
        master = read_master(settings)
        # A look makes no keys.
        has_keys = (settings.data / "keys" / "data.keys").exists()
        vault = open_vault(settings.data / "keys", master, utc_now()) if has_keys else None
    except LandedError as error:
        return Check("at rest", ok=False, note=error.message)
    if vault is None:
        told = "not encrypted" if master is None else "will be encrypted from the next start on"
        return Check("at rest", ok=True, note=f"{told} (docs/privacy.md)")
    return Check("at rest", ok=True, note=_what(settings, vault))


def _what(settings: Settings, vault: Vault) -> str:
    key = vault.current
    spool = f"data key {key.key_id} of {key.made_on}"
    if settings.store is not None:
        return f"encrypted: the spool, {spool}; the store is a server with a disk of its own"
    if store_is_sealed(settings.data / "store"):
        return f"encrypted: store and spool, {spool}"
    return (
        f"encrypted: the spool only, {spool}; the store was begun in the clear and stays so: "
        "`landed export` it, and import it into a new folder"
    )


def _in_transit(settings: Settings) -> Check:
    try:
        tls = find_tls(settings)
    except LandedError as error:
        return Check("transit", ok=False, note=error.message)
    if tls is None:
        behind = "; proxies that may speak for others are named" if settings.trusted_proxies else ""
        return Check("transit", ok=True, note=f"plain HTTP{behind} (docs/privacy.md)")
    left = tls.ends_at - utc_now()
    note = f"HTTPS, the certificate is good until {tls.ends_at:%Y-%m-%d}"
    if left < _WARN:
        note += ": renew it, and the server takes the new one by itself"
    return Check("transit", ok=left >= _WARN, note=note)
