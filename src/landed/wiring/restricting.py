"""Restriction: a person's data are kept and not used, until it is lifted."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from landed.errors import LandedError
from landed.privacy import Permissions, digest_subject, fetch_permissions
from landed.state import end_restrictions, fetch_restrictions, start_restriction
from landed.store import put_back, set_aside
from landed.wiring.following import follow_wishes
from landed.wiring.services import Services
from landed.wiring.wishes import zone_digests

__all__ = ["keep_restrictions", "restrict_person", "restrict_subject"]

_SPOOL_SECONDS: Final = 20.0


def restrict_person(services: Services, user_id: str, *, is_wanted: bool) -> Permissions:
    """Keep a person's data without using them, or use them again.

    When this returns, no answer holds the person, or every one does again. Events that come in
    meanwhile are counted and otherwise forgotten.

    Args:
        services: Of the installation.
        user_id: The id as the host sends it.
        is_wanted: False to lift it.

    Returns:
        What the person allows now.

    Raises:
        StoreError: The store is away or behind. A restriction that was begun is gone on with.
        StateError: The state is away; nothing was done.
    """
    return restrict_subject(
        services,
        *services.subject_keys(user_id),
        is_wanted=is_wanted,
        zone_key=services.zone_key(user_id),
    )


def restrict_subject(
    services: Services, *subject_keys: bytes, is_wanted: bool, zone_key: bytes = b""
) -> Permissions:
    """Do as `restrict_person` does, where the pseudonym is at hand.

    Args:
        services: Running.
        *subject_keys: Pseudonyms of the person, the one that holds first.
        is_wanted: False to lift it.
        zone_key: Their pseudonym in the training zone; empty: they have none there.

    Raises:
        StoreError: The store is away or behind. A restriction that was begun is gone on with.
        StateError: The state is away; nothing was done.
    """
    digests, training = list(map(digest_subject, subject_keys)), zone_digests(zone_key)
    note = start_restriction if is_wanted else end_restrictions
    with services.state.moving():
        if not is_wanted:
            put_back(services.store, digests)
        for digest in digests:
            note(services.state, digest, services.clock(), training=training)
        services.people.refresh()
        if is_wanted:
            services.empty_spool(_SPOOL_SECONDS)
            set_aside(services.store, digests)
    services.forget_answers()
    with suppress(LandedError):  # it is away, so that nobody reads it either; the job goes on
        follow_wishes(services)
    services.asked.set()
    return fetch_permissions(services.state, subject_keys)


def keep_restrictions(services: Services) -> int:
    """Set aside what came in of restricted people by other ways: imports, other servers.

    Args:
        services: Of the installation.

    Returns:
        How many events there were.

    Raises:
        StoreError: The store is away; do it again.
        StateError: The state is away; do it again.
    """
    with services.state.moving():
        restricted = [one.subject for one in fetch_restrictions(services.state)]
        moved = set_aside(services.store, restricted)
    if moved:
        services.forget_answers()
    return moved
