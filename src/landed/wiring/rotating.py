"""The next version of the pseudonym key: everybody who is known keeps their pseudonym."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from landed.privacy import Ring, add_version, check_store
from landed.state import fetch_digests
from landed.store import stream_known_people
from landed.wiring.services import Services

__all__ = ["rotate_pseudonyms"]

_SPOOL_SECONDS: Final = 600.0


def rotate_pseudonyms(services: Services, *, actor: str) -> Ring:
    """Make a new version of the pseudonym key, for people who come from now on.

    Nothing in the store is written anew. Services that are open go on with the keys that they were
    built with, so that no event may be taken until they are built again.

    Args:
        services: Of the installation, its store ready; nobody sends events to it.
        actor: Who does it, for the audit log.

    Returns:
        All versions.

    Raises:
        StoreError: The store is away or behind; nothing was changed.
        StateError: It cannot be noted, so that it is not done. Or another server runs on the same
            state: somebody new there would get the old version, and be a stranger here.
    """
    with services.state.alone():
        return _rotate(services, actor)


def _rotate(services: Services, actor: str) -> Ring:
    services.empty_spool(_SPOOL_SECONDS)
    now = services.clock()
    services.audit.append("rotate_pseudonyms", actor=actor, now=now)
    folder = services.settings.data / "keys"
    people = stream_known_people(services.store)
    digests = fetch_digests(services.state)
    ring = add_version(folder, services.vault, now, people=people, digests=digests)
    later = tuple(version.secret for version in ring.versions[1:])
    check_store(services.store, replace(services.keys, later=later), folder / "pseudonym.key")
    return ring
