"""What people wish: to be forgotten, to allow or to refuse; it is kept and begun here alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

from landed.experiments.testers import fingerprint
from landed.privacy import (
    Basis,
    Permissions,
    PrivacyRequest,
    Purpose,
    Rule,
    answer_request,
    ask_request,
    digest_subject,
    fetch_permissions,
    publish_purpose,
    record_consents,
    record_request,
)
from landed.state import drop_testers, find_testers
from landed.wiring.services import Services

__all__ = [
    "answer_erasure",
    "find_tester",
    "publish_text",
    "take_answers",
    "take_consents",
    "take_erasure",
    "take_own_erasure",
    "zone_digests",
]

_SPOOL_SECONDS: Final = 20.0


def take_erasure(services: Services, user_id: str, *, follow_links: bool = False) -> PrivacyRequest:
    """Take a request to forget a person; `landed.jobs` does it.

    Whether the person is a tester of an experiment or a flag only the id tells, which nobody has
    later: so that goes at once.

    Args:
        services: Running.
        user_id: The id as the host sends it.
        follow_links: Also under the ids that the person's events claim.

    Raises:
        StoreError: The store is away or behind; nothing was taken.
        StateError: The state is away; nothing was taken.
    """
    services.empty_spool(_SPOOL_SECONDS)  # what links ids may be in it
    key, *also = services.subject_keys(user_id)
    request = record_request(
        services.store,
        key,
        services.clock(),
        also=also,
        follow_links=follow_links,
        training=zone_digests(services.zone_key(user_id)),
        leave_tests=lambda: _drop_testers(services, lambda key: [fingerprint(key, user_id)]),
    )
    services.asked.set()
    return request


def find_tester(services: Services, user_id: str) -> tuple[str, ...]:
    """Give what a person is among the testers of experiments and flags.

    Args:
        services: Running.
        user_id: The id as the host sends it.

    Raises:
        StateError: The state is away.
    """
    return tuple(find_testers(services.state, lambda key: fingerprint(key, user_id)))


def _drop_testers(services: Services, fingerprints: Callable[[str], Collection[str]]) -> int:
    dropped = drop_testers(services.state, fingerprints)
    services.catalogue.refresh()
    return dropped


def take_own_erasure(
    services: Services, subject_key: bytes, zone_key: bytes, *, tester: Collection[str] = ()
) -> PrivacyRequest:
    """Take a person's own wish to be forgotten, as LANDED_OWN_ERASURE says.

    As a tester they are forgotten at once, whatever is confirmed later: only their link knows it.

    Args:
        services: Running.
        subject_key: Pseudonym of the person.
        zone_key: Their pseudonym in the training zone; empty: they have none there.
        tester: What they are among testers, see `find_tester`.

    Raises:
        StoreError: The store is away or behind; nothing was taken.
        StateError: The state is away; the same.
    """
    zone = zone_digests(zone_key)

    def leave_tests() -> int:
        return _drop_testers(services, lambda _: tester) if tester else 0

    if services.settings.own_erasure == "confirm":
        now = services.clock()
        return ask_request(services.store, subject_key, now, training=zone, leave_tests=leave_tests)
    services.empty_spool(_SPOOL_SECONDS)
    request = record_request(
        services.store, subject_key, services.clock(), training=zone, leave_tests=leave_tests
    )
    services.asked.set()
    return request


def answer_erasure(services: Services, request_id: str, *, is_confirmed: bool) -> PrivacyRequest:
    """Confirm what a person asked for by themselves, or decline it; `landed.jobs` does it.

    Raises:
        NotFoundError: There is no such request.
        InvalidInputError: It does not wait for somebody's word.
        StoreError: The store is away; nothing was answered.
    """
    answered = answer_request(services.store, request_id, is_confirmed=is_confirmed)
    services.asked.set()
    return answered


def take_consents(
    services: Services,
    user_id: str,
    answers: Mapping[Purpose, bool],
    *,
    source: str,
    version: int | None = None,
) -> Permissions:
    """Keep what a person says; here it holds at once, on other servers within a second.

    Args:
        services: Running.
        user_id: The id as the host sends it.
        answers: Purpose → yes or no; empty: only tell.
        source: Where it was said.
        version: Of the text that was shown; None: the one that holds now.

    Returns:
        What the person allows now.

    Raises:
        InvalidInputError: There is no such version.
        StateError: The state is away; nothing was kept.
    """
    return take_answers(
        services,
        services.subject_key(user_id),
        answers,
        source=source,
        version=version,
        zone_key=services.zone_key(user_id),
    )


def take_answers(
    services: Services,
    subject_key: bytes,
    answers: Mapping[Purpose, bool],
    *,
    source: str,
    version: int | None = None,
    zone_key: bytes = b"",
) -> Permissions:
    """Keep what a person says, as `take_consents` does, where the pseudonym is at hand.

    Args:
        services: Running.
        subject_key: Pseudonym of the person.
        answers: Purpose → yes or no.
        source: Where it was said.
        version: Of the text that was shown; None: the one that holds now.
        zone_key: Their pseudonym in the training zone; empty: they have none there.

    Raises:
        InvalidInputError: There is no such version.
        StateError: The state is away; nothing was kept.
    """
    now, training = services.clock(), zone_digests(zone_key)
    record_consents(
        services.state,
        subject_key,
        answers,
        source=source,
        now=now,
        version=version,
        training=training,
    )
    services.people.refresh()
    if training and "training" in answers:
        services.asked.set()
    return fetch_permissions(services.state, [subject_key])


def publish_text(
    services: Services, purpose: Purpose, *, basis: Basis, text: str, renew: bool
) -> Rule:
    """Let a new text or basis hold for a purpose; here at once, elsewhere within a second.

    Raises:
        InvalidInputError: The text is empty or too long.
        StateError: The state is away; nothing was kept.
    """
    rule = publish_purpose(
        services.state, purpose, basis=basis, text=text, renew=renew, now=services.clock()
    )
    services.people.refresh()
    return rule


def zone_digests(zone_key: bytes) -> list[str]:
    """Give who a person is in the training zone, as the state and requests name them.

    Args:
        zone_key: Their pseudonym there; empty: they have none.
    """
    return [digest_subject(zone_key)] if zone_key else []
