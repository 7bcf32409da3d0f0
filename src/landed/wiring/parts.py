"""The parts of an installation, each made from the settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from landed.collect import Pipeline
from landed.config import Settings
from landed.errors import (
    InvalidInputError,
)
from landed.privacy import (
    AuditLog,
    ConsentBook,
    ContextCleaner,
    Keys,
    Pseudonymiser,
    Scrubber,
    TextKeys,
    Vault,
    check_vault,
    fetch_permissions,
    find_master,
    load_keys,
    load_training_key,
    open_vault,
)
from landed.state import (
    State,
    connect_state,
)
from landed.store import Store, connect, parse_dsn
from landed.store.supervisor import EngineProcess, store_is_sealed
from landed.training import TrainingZone, Trains

__all__ = [
    "ask_state",
    "build_audit",
    "build_pipeline",
    "build_state",
    "build_store",
    "build_training",
    "find_folder_vault",
    "open_folder_vault",
    "read_keys",
    "read_master",
    "utc_now",
]

_TRAINING_THREADS: Final = 2


def utc_now() -> datetime:
    """The one clock of a running installation."""
    return datetime.now(UTC)


def build_state(settings: Settings) -> State:
    """Make the client of the state database; nothing is opened yet.

    Raises:
        InvalidInputError: LANDED_STATE is no DSN, or its driver is missing.
    """
    return connect_state(_reveal(settings.state), settings.data / "state")


def build_audit(settings: Settings, state: State, keys: Keys | None = None) -> AuditLog:
    """Make the log of who did what; the keys are made where they are missing.

    Args:
        settings: Where the keys lie.
        state: Where the entries are kept.
        keys: Where they are read already.

    Raises:
        InvalidInputError: A key file is damaged or readable by others.
    """
    return AuditLog(state, keys or read_keys(settings), settings.data / "keys")


def read_keys(settings: Settings, vault: Vault | None = None) -> Keys:
    """Read the keys of an installation; make those that are missing.

    Args:
        settings: Where they lie, or what they are.
        vault: The data keys that wrap them, where they are open already.

    Raises:
        InvalidInputError: A key file is damaged or readable by others, a fixed key is no key, or
            the master key is not the right one.
    """
    return load_keys(
        settings.data / "keys",
        write_key=_reveal(settings.write_key),
        admin_key=_reveal(settings.admin_key),
        analyst_key=_reveal(settings.analyst_key),
        vault=vault or find_folder_vault(settings),
    )


def find_folder_vault(settings: Settings) -> Vault | None:
    """Open the data keys as a look does: it does not begin to encrypt what lies in the clear.

    Only a server does that, when it starts: else a command that knows of a master key would lock a
    server out that does not.

    Args:
        settings: Where they lie.

    Raises:
        InvalidInputError: The master key is missing or another one.
    """
    folder = settings.data / "keys"
    is_plain = (folder / "pseudonym.key").exists() and not (folder / "data.keys").exists()
    return None if is_plain else open_vault(folder, read_master(settings), utc_now())


def build_pipeline(
    settings: Settings, keys: Keys, people: ConsentBook, texts: TextKeys
) -> Pipeline:
    """Make what turns events into rows; one for each thread, as its caches have no locks.

    Args:
        settings: In force.
        keys: Of the installation.
        people: Whose events may be kept.
        texts: Keys of what people write.
    """
    scrubber = Scrubber(settings.phone_region)
    pseudonymiser = Pseudonymiser.of(keys)
    return Pipeline(pseudonymiser, scrubber, ContextCleaner(scrubber), people, texts)


def read_master(settings: Settings) -> bytes | None:
    """Get the master key from where the settings say it is; None: nothing is encrypted.

    Raises:
        InvalidInputError: Several places are named, or there is no key.
    """
    return find_master(
        key=_reveal(settings.master_key),
        file=settings.master_key_file,
        command=_reveal(settings.master_key_command),
    )


def open_folder_vault(settings: Settings, now: datetime) -> Vault | None:
    """Open the keys for what lies on the disk; a lost key file is never replaced by a new one."""
    folder, store = settings.data / "keys", settings.data / "store"
    sealed = bool(store_is_sealed(store))
    master = read_master(settings)
    if sealed and not (folder / "data.keys").exists():
        check_vault(store, None, sealed=True)
    vault = open_vault(folder, master, now)
    check_vault(store, vault, sealed=sealed)
    return vault


def build_store(
    settings: Settings, data: Path, vault: Vault | None
) -> tuple[EngineProcess | None, Store]:
    """Make the client of the store, and the engine of its own where no server is configured.

    Args:
        settings: In force.
        data: Folder of all that is kept.
        vault: Keys of what lies on the disk; None: it lies in the clear.
    """
    dsn = _reveal(settings.store)
    if dsn is not None:
        return None, connect(dsn, cluster=settings.cluster)
    engine = EngineProcess(
        data / "store",
        memory_bytes=settings.engine_memory_bytes,
        threads=settings.engine_threads,
        keys=_disk_keys(data / "store", vault),
    )
    return engine, connect(engine.dsn)


def _disk_keys(folder: Path, vault: Vault | None) -> dict[int, str] | None:
    """The keys of a store's disk; None: it lies in the clear.

    A store that was begun in the clear stays so; a new one is encrypted where there is a key.
    """
    seals = vault is not None and store_is_sealed(folder) is not False
    check_vault(folder, vault, sealed=seals)
    return vault.store_keys() if vault is not None and seals else None


def build_training(
    settings: Settings, clock: Callable[[], datetime], vault: Vault | None, trains: Trains
) -> TrainingZone | None:
    """Make the training zone, where it is switched on."""
    dsn = _reveal(settings.training_store)
    if dsn is None and not settings.training:
        return None
    folder = settings.data / "keys"
    engine = None
    if dsn is None:
        engine = EngineProcess(
            settings.data / "training",
            memory_bytes=settings.training_memory_bytes,
            threads=_TRAINING_THREADS,
            user="training",
            keys=_disk_keys(settings.data / "training", vault),
        )
    else:
        _check_apart(dsn, _reveal(settings.store))
    return TrainingZone(
        connect(engine.dsn if engine is not None else str(dsn)),
        key=load_training_key(folder, vault=vault),
        key_file=folder / "training.key",
        scrubber=Scrubber(settings.phone_region),
        clock=clock,
        engine=engine,
        trains=trains,
        keep_days=settings.keep_training_days,
    )


def ask_state(state: State, keys: Keys) -> Trains:
    """Whether what a person said lets their data teach models, if their events say so too."""

    def trains(user_id: str) -> bool:
        found = fetch_permissions(state, [Pseudonymiser.of(keys).subject_key(user_id)])
        said = next(one.said for one in found.purposes if one.purpose == "training")
        return found.restricted_since is None and (said is None or found.allows("training"))

    return trains


def _check_apart(dsn: str, analytics: str | None) -> None:
    """The zone's credentials must open the zone alone.

    Raises:
        InvalidInputError: They are those of the log of events, or name its database.
    """
    zone = parse_dsn(dsn, setting="LANDED_TRAINING_STORE")
    log = None if analytics is None else parse_dsn(analytics)
    if log is None or (zone.host, zone.port) != (log.host, log.port):
        return
    for what, same in (
        ("database", zone.database == log.database),
        ("user", zone.user == log.user),
    ):
        if same:
            raise InvalidInputError(
                f"LANDED_TRAINING_STORE names the {what} of LANDED_STORE; the training zone needs "
                f"a {what} of its own, see docs/training.md.",
                detail="LANDED_TRAINING_STORE",
            )


def _reveal(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
