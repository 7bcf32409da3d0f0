from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from landed.cli.protection import protection_checks
from landed.cli.tls import find_tls, ready_to_trust
from landed.config import Settings
from landed.errors import InvalidInputError
from landed.privacy import open_vault
from landed.wiring import Check
from tests.certificates import Authority, write_key


def settings_of(certificate: Path | None, key: Path | None, data: Path = Path()) -> Settings:
    return Settings(tls_certificate=certificate, tls_key=key, data=data)


@contextmanager
def refused(setting: str, why: str) -> Iterator[None]:
    with pytest.raises(InvalidInputError, match=why) as told:
        yield
    assert told.value.detail == setting
    assert setting in told.value.message


def test_without_a_certificate_there_is_no_https() -> None:
    assert find_tls(settings_of(None, None)) is None
    assert ready_to_trust(None) is True


def test_a_pair_that_fits_is_taken(tmp_path: Path) -> None:
    certificate, key = Authority.found(tmp_path).issue()
    tls = find_tls(settings_of(certificate, key))
    assert tls is not None
    assert (tls.certificate, tls.key) == (certificate, key)
    assert tls.ends_at > datetime.now(UTC)


def test_each_error_names_its_setting(tmp_path: Path) -> None:
    certificate, key = Authority.found(tmp_path).issue()
    none = tmp_path / "none"
    other = tmp_path / "other.key"
    write_key(other, ec.generate_private_key(ec.SECP256R1()))
    closed = tmp_path / "closed.key"
    write_key(closed, ec.generate_private_key(ec.SECP256R1()), b"hush")
    text = tmp_path / "text"
    text.write_text("no PEM")
    text.chmod(0o600)
    with refused("LANDED_TLS_KEY", "is missing"):
        find_tls(settings_of(certificate, None))
    with refused("LANDED_TLS_CERTIFICATE", "is missing"):
        find_tls(settings_of(None, key))
    with refused("LANDED_TLS_CERTIFICATE", "No such file"):
        find_tls(settings_of(none, key))
    with refused("LANDED_TLS_KEY", "No such file"):
        find_tls(settings_of(certificate, none))
    with refused("LANDED_TLS_CERTIFICATE", "it is no certificate"):
        find_tls(settings_of(text, key))
    with refused("LANDED_TLS_KEY", "it is not the key of"):
        find_tls(settings_of(certificate, other))
    with refused("LANDED_TLS_KEY", "without a passphrase"):
        find_tls(settings_of(certificate, closed))
    with refused("LANDED_TLS_KEY", "it is no private key"):
        find_tls(settings_of(certificate, text))
    key.chmod(0o644)
    with refused("LANDED_TLS_KEY", "everybody can read it"):
        find_tls(settings_of(certificate, key))


def checks(settings: Settings) -> dict[str, Check]:
    return {check.name: check for check in protection_checks(settings)}


@pytest.mark.parametrize(
    ("days", "ok"), [(-1, False), (6, False), (8, True)], ids=["over", "soon", "good"]
)
def test_the_doctor_tells_when_the_certificate_ends(tmp_path: Path, days: int, *, ok: bool) -> None:
    certificate, key = Authority.found(tmp_path).issue(lasts=timedelta(days=days))
    found = checks(settings_of(certificate, key))["transit"]
    assert found.ok is ok
    assert ("renew it" in found.note) is not ok


def test_the_doctor_tells_what_is_wrong_with_keys_and_certificate(tmp_path: Path) -> None:
    wrong = settings_of(tmp_path / "none", tmp_path / "none", tmp_path)
    assert not checks(wrong)["transit"].ok
    assert not checks(wrong.model_copy(update={"master_key_file": tmp_path / "x"}))["at rest"].ok
    proxied = Settings(data=tmp_path, trusted_proxies="10.0.0.1")
    assert "may speak for others" in checks(proxied)["transit"].note


def test_the_doctor_tells_what_is_encrypted(tmp_path: Path) -> None:
    plain = Settings(data=tmp_path)
    assert "not encrypted" in checks(plain)["at rest"].note
    text = "ab" * 32
    (tmp_path / "master").write_text(text)
    (tmp_path / "master").chmod(0o600)
    settings = Settings(data=tmp_path, master_key_file=tmp_path / "master")
    assert "from the next start on" in checks(settings)["at rest"].note
    assert not (tmp_path / "keys").exists()
    open_vault(tmp_path / "keys", bytes.fromhex(text), datetime(2026, 5, 1, tzinfo=UTC))
    assert "the spool only, data key 1 of 2026-05-01" in checks(settings)["at rest"].note
    (tmp_path / "store" / "sealed").mkdir(parents=True)
    assert "store and spool" in checks(settings)["at rest"].note
    remote = Settings.model_validate(
        {**settings.model_dump(), "store": "clickhouse://default:x@127.0.0.1:1/x"}
    )
    assert "a server with a disk of its own" in checks(remote)["at rest"].note
    assert not checks(plain)["at rest"].ok
