"""Purposes: what data are used for, on which lawful basis, and what silence means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from landed.errors import InvalidInputError
from landed.state import ConsentRow, PurposeRow, State, add_purpose, fetch_purposes

__all__ = [
    "DEFAULT_BASES",
    "PURPOSES",
    "Basis",
    "Purpose",
    "Rule",
    "fetch_rules",
    "fetch_texts",
    "publish_purpose",
]

Purpose = Literal["analytics", "personalisation", "training", "messages"]
"""What for: numbers about everybody; what a person is shown, with experiments; training sets of
models; messages that ask how it went."""

Basis = Literal[
    "consent",
    "contract",
    "legal_obligation",
    "vital_interests",
    "public_task",
    "legitimate_interest",
]
"""The lawful bases of the GDPR, Article 6(1)."""

PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)
_LONGEST_TEXT: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What holds for a purpose now.

    Attributes:
        purpose: Which one.
        version: Of its text; 0: nothing was published, the default holds.
        basis: Its lawful basis.
        text: What people are shown.
        since: From when on; None: the default.
        renewed: The earliest version to which a yes still counts.

    Examples:
        >>> Rule(purpose="training", version=0, basis="consent").allows(None)
        False
    """

    purpose: Purpose
    version: int
    basis: Basis
    text: str = ""
    since: datetime | None = None
    renewed: int = 0

    @property
    def silence_allows(self) -> bool:
        """Whether data of somebody who said nothing may be used."""
        return self.basis != "consent"

    def allows(self, said: ConsentRow | None) -> bool:
        """Tell whether somebody's data may be used, by what they said last.

        A no always counts. A yes to a text that was renewed since counts as silence.

        Args:
            said: Their last word; None: they said nothing.
        """
        if said is not None and not said.granted:
            return False
        if said is None or said.version < self.renewed:
            return self.silence_allows
        return True


DEFAULT_BASES: Final[Mapping[Purpose, Basis]] = {
    "analytics": "legitimate_interest",
    "personalisation": "legitimate_interest",
    "training": "consent",
    "messages": "consent",
}
"""Lawful bases, unless others are published."""


def fetch_rules(state: State) -> dict[Purpose, Rule]:
    """Give what holds for each purpose now.

    Args:
        state: The state.

    Raises:
        StateError: The database is away.
    """
    rows: dict[str, list[PurposeRow]] = {}
    for row in fetch_purposes(state):
        rows.setdefault(row.purpose, []).append(row)
    return {purpose: _rule(purpose, rows.get(purpose, [])) for purpose in PURPOSES}


def fetch_texts(state: State) -> dict[tuple[str, int], str]:
    """Give what people were shown, by purpose and version.

    Args:
        state: The state.

    Raises:
        StateError: The database is away.
    """
    return {(row.purpose, row.version): row.text for row in fetch_purposes(state)}


def _rule(purpose: Purpose, versions: list[PurposeRow]) -> Rule:
    if not versions:
        return Rule(purpose=purpose, version=0, basis=DEFAULT_BASES[purpose])
    last = versions[-1]
    bases: dict[str, Basis] = {basis: basis for basis in get_args(Basis)}
    return Rule(
        purpose=purpose,
        version=last.version,
        basis=bases[last.basis],
        text=last.text,
        since=last.since,
        renewed=max((row.version for row in versions if row.renew), default=0),
    )


def publish_purpose(
    state: State, purpose: Purpose, *, basis: Basis, text: str, renew: bool, now: datetime
) -> Rule:
    """Let a new text or basis hold for a purpose from now on.

    Args:
        state: The state.
        purpose: Which one.
        basis: Its lawful basis; with `consent`, silence is a no.
        text: What people are shown when they are asked; earlier ones stay in the history.
        renew: Whether a yes to earlier versions does not count any more.
        now: The time.

    Raises:
        InvalidInputError: The text is empty or too long.
        StateError: The database is away; nothing was kept.
    """
    if not text.strip() or len(text) > _LONGEST_TEXT:
        raise InvalidInputError(
            f"text has {len(text)} characters; it must say in 1 to {_LONGEST_TEXT} what people "
            "are asked",
            detail="$.text",
        )
    add_purpose(state, purpose, basis=basis, words=text, renew=renew, now=now)
    return fetch_rules(state)[purpose]
