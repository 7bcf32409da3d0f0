"""What people allow: recorded with its history, and known wherever data are taken or used."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from landed.errors import InvalidInputError
from landed.privacy.purposes import DEFAULT_BASES, PURPOSES, Purpose, Rule, fetch_rules
from landed.privacy.requests import digest_subject
from landed.privacy.rosters import short_digest
from landed.state import (
    ConsentRow,
    RestrictionRow,
    State,
    add_consents,
    fetch_changes,
    fetch_history,
    fetch_marks,
    fetch_restrictions,
)

__all__ = ["ConsentBook", "Permission", "Permissions", "fetch_permissions", "record_consents"]

_AT_ONCE: Final = 10_000
_MARKS: Final = ("consents", "rewritten")


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Whether a person's data may be used for a purpose.

    Attributes:
        purpose: For what.
        allowed: Whether they may.
        basis: The purpose's lawful basis.
        said: The person's last word; None: they said nothing, and the basis decides.
    """

    purpose: Purpose
    allowed: bool
    basis: str
    said: ConsentRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What a person allows.

    Attributes:
        purposes: One for each purpose.
        restricted_since: Since when their data may be kept, but not used; None: they may.
        history: All that they said, the first word first.
        restrictions: All restrictions that they had.
    """

    purposes: tuple[Permission, ...]
    restricted_since: datetime | None
    history: tuple[ConsentRow, ...]
    restrictions: tuple[RestrictionRow, ...]

    def allows(self, purpose: Purpose) -> bool:
        """Tell whether the person's data may be used for a purpose now."""
        return any(one.allowed for one in self.purposes if one.purpose == purpose)

    def to_answer(self) -> dict[str, Any]:
        """What may be told of it: no digest."""
        return {
            "purposes": {
                one.purpose: {
                    "allowed": one.allowed,
                    "basis": one.basis,
                    "said": None if one.said is None else one.said.granted,
                    "said_at": None if one.said is None else one.said.said_at,
                    "version": None if one.said is None else one.said.version,
                }
                for one in self.purposes
            },
            "restricted_since": self.restricted_since,
            "history": [
                {
                    "purpose": row.purpose,
                    "granted": row.granted,
                    "version": row.version,
                    "source": row.source,
                    "said_at": row.said_at,
                }
                for row in self.history
            ],
            "restrictions": [
                {"since": row.since, "lifted_at": row.lifted_at} for row in self.restrictions
            ],
        }


def record_consents(
    state: State,
    subject_key: bytes,
    answers: Mapping[Purpose, bool],
    *,
    source: str,
    now: datetime,
    version: int | None = None,
    training: Sequence[str] = (),
) -> None:
    """Keep what a person says to one or more purposes.

    Args:
        state: The state.
        subject_key: Pseudonym of the person.
        answers: Purpose → yes or no.
        source: Where it was said, such as "settings page".
        now: When.
        version: Of the text that was shown; None: the one that holds now.
        training: Digests of the person's pseudonyms in the training zone, which must follow.

    Raises:
        InvalidInputError: There is no such version yet.
        StateError: The database is away; nothing was kept.
    """
    rules = fetch_rules(state)
    for purpose in answers:
        if version is not None and not 0 <= version <= rules[purpose].version:
            raise InvalidInputError(
                f"There is no version {version} of {purpose}; the latest is "
                f"{rules[purpose].version}.",
                detail="$.version",
            )
    said: dict[str, tuple[bool, int]] = {
        purpose: (granted, rules[purpose].version if version is None else version)
        for purpose, granted in answers.items()
    }
    if said:
        subject = digest_subject(subject_key)
        add_consents(state, subject, said, source=source, now=now, training=training)


def fetch_permissions(state: State, subjects: Sequence[bytes]) -> Permissions:
    """Give what a person allows, with the history.

    Args:
        state: The state.
        subjects: Pseudonyms of one person, the one that the host knows first; what was said
            under the others is history only.

    Raises:
        StateError: The database is away.
    """
    digests = [digest_subject(key) for key in subjects]
    history = fetch_history(state, digests)
    restrictions = fetch_restrictions(state, digests)
    last = {row.purpose: row for row in history if row.subject == digests[0]}
    since = next(
        (row.since for row in restrictions if row.lifted_at is None and row.subject == digests[0]),
        None,
    )
    rules = fetch_rules(state)
    return Permissions(
        purposes=tuple(
            Permission(
                purpose=purpose,
                allowed=since is None and rules[purpose].allows(last.get(purpose)),
                basis=rules[purpose].basis,
                said=last.get(purpose),
            )
            for purpose in PURPOSES
        ),
        restricted_since=since,
        history=tuple(history),
        restrictions=tuple(restrictions),
    )


class ConsentBook:
    """What is allowed of whom, in memory: the collector asks for each event, flags for each answer.

    It holds those whose answer is not that of silence, some 70 bytes each and purpose, as the
    first 64 bits of digests. Readers take no lock.

    Args:
        state: Where it is recorded.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._refreshing = threading.Lock()
        self._marks: dict[str, int] = {}
        self._kept = _Pages("analytics")
        self._dealt = _Pages("personalisation")

    @property
    def is_open(self) -> bool:
        """Whether nobody said anything that forbids to keep an event."""
        return self._kept.is_open

    @property
    def deals_everybody(self) -> bool:
        """Whether nobody said anything that forbids to deal them a variant."""
        return self._dealt.is_open

    @property
    def deals_in_silence(self) -> bool:
        """Whether who said nothing may be dealt a variant."""
        return self._dealt.rule.silence_allows

    @property
    def restrictions_mark(self) -> int | None:
        """A number that is another one after each restriction; None while nobody is restricted."""
        return self._marks["rewritten"] if self._kept.restricted else None

    def may_keep(self, subjects: Sequence[bytes]) -> bool:
        """Tell whether an event may be kept for analytics. One no is enough.

        Args:
            subjects: Pseudonyms under which its person is known: of the user and of the device.
        """
        return self._kept.allow(subjects)

    def may_deal(self, subjects: Sequence[bytes]) -> bool:
        """Tell whether a person may be dealt a variant (personalisation). One no is enough.

        Args:
            subjects: Pseudonyms under which the person is known; none: silence decides.
        """
        return self._dealt.allow(subjects) if subjects else self.deals_in_silence

    def refresh(self) -> bool:
        """Read what was said since; costs next to nothing when nothing was.

        Returns:
            Whether something was.

        Raises:
            StateError: The database is away; the book stays as it was.
        """
        with self._refreshing:
            told = fetch_marks(self._state)
            marks = {name: told[name] for name in _MARKS}
            if marks == self._marks:
                return False
            kept, dealt = self._kept, self._dealt
            if marks["rewritten"] != self._marks.get("rewritten"):
                kept, dealt = self._fresh_pages()
            for pages in (kept, dealt):
                while rows := fetch_changes(self._state, pages.purpose, pages.last, _AT_ONCE):
                    pages.take(rows)
            self._marks, self._kept, self._dealt = marks, kept, dealt
            return True

    def _fresh_pages(self) -> tuple[_Pages, _Pages]:
        rules = fetch_rules(self._state)
        rows = fetch_restrictions(self._state)
        restricted = frozenset(int(row.subject[:16], 16) for row in rows)
        return (
            _Pages("analytics", rules["analytics"], restricted),
            _Pages("personalisation", rules["personalisation"], restricted),
        )


class _Pages:
    """What was said of one purpose. It only grows; a change of the rules makes a new one."""

    def __init__(
        self, purpose: Purpose, rule: Rule | None = None, restricted: frozenset[int] = frozenset()
    ) -> None:
        self.purpose = purpose
        self.rule = rule or Rule(purpose=purpose, version=0, basis=DEFAULT_BASES[purpose])
        self.restricted = restricted
        self.yes: set[int] = set()
        self.no: set[int] = set()
        self.last = 0

    @property
    def is_open(self) -> bool:
        return self.rule.silence_allows and not self.no and not self.restricted

    def allow(self, subjects: Sequence[bytes]) -> bool:
        if self.is_open:
            return True
        known = {short_digest(key) for key in subjects}
        if known & self.restricted or known & self.no:
            return False
        return self.rule.silence_allows or bool(known & self.yes)

    def take(self, rows: Sequence[ConsentRow]) -> None:
        for row in rows:
            known = int(row.subject[:16], 16)
            if not row.granted:
                self.no.add(known)
                self.yes.discard(known)
            else:
                self.no.discard(known)
                if not self.rule.silence_allows:
                    (self.yes.add if self.rule.allows(row) else self.yes.discard)(known)
        self.last = rows[-1].number
