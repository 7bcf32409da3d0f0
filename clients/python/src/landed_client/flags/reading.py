"""Asking for flags: the answer, and the exposure that goes with it."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from landed_client.encoding import plain_value
from landed_client.events.about import About, Id
from landed_client.flags.book import FlagBook
from landed_client.flags.dealing import (
    PEOPLE,
    Answer,
    Definition,
    evaluate,
    evaluate_undealt,
    unit_of,
)

__all__ = ["Exposures", "FlagReader", "Whom"]

Capture = Callable[[str, About, Mapping[str, Any]], bool]
_MOST_REMEMBERED: Final = 100_000


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom an answer is for.

    Attributes:
        user_id: Your id of the person.
        anonymous_id: That of the device.
        attributes: What conditions may ask for.
        consent: Whether the person allows to be dealt variants; None: they said nothing here.

    Raises:
        TypeError: An id is neither text nor number, or an attribute has no form in JSON.
    """

    user_id: Id | None = None
    anonymous_id: Id | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    consent: bool | None = None

    def __post_init__(self) -> None:
        """Take all as events say it, so that who is dealt is who the event is of."""
        for name in PEOPLE:
            object.__setattr__(self, name, _read_id(name, getattr(self, name)))
        if self.attributes:
            object.__setattr__(self, "attributes", plain_value(dict(self.attributes)))

    @property
    def about(self) -> About:
        """Whose an event is."""
        about: About = {}
        if self.user_id is not None:
            about["user_id"] = self.user_id
        if self.anonymous_id is not None:
            about["anonymous_id"] = self.anonymous_id
        return about

    def unit(self, definition: Definition) -> str:
        """Give the unit that a definition deals.

        Args:
            definition: As the server offers it.
        """
        return unit_of(definition, self.user_id, self.anonymous_id, self.attributes)


def _read_id(name: str, value: Any) -> Any:
    if value is None or type(value) in {str, int}:
        return value
    plain = plain_value(value)
    if isinstance(plain, bool) or not isinstance(plain, str | int | float):
        raise TypeError(f"{name} must be a text or a number, not a {type(value).__name__}")
    return plain


class Exposures:
    """Tells once that a unit was assigned a variant, and once that it met it.

    As far as this process remembers.

    Args:
        capture: Sends an event, and says whether it was taken.
        most: How many are remembered; of the oldest, some may be told again.
    """

    def __init__(self, capture: Capture, *, most: int = _MOST_REMEMBERED) -> None:
        self._capture = capture
        self._most = most
        self._told: dict[int, None] = {}  # hashes alone, since ids of people add up
        self._begin()
        os.register_at_fork(after_in_child=_unlocking(self))

    def _begin(self) -> None:
        """A forked child may have been made while a thread of its parent held the lock."""
        self._lock = threading.Lock()

    def tell(
        self,
        unit: str,
        about: About,
        exposure: Mapping[str, Any],
        *,
        phase: object = None,
        is_met: bool = True,
    ) -> None:
        """Send an exposure, or the assignment that comes before it, unless it was sent.

        Args:
            unit: Who or what was dealt.
            about: Whose the event is.
            exposure: Properties of `experiment_exposed`.
            phase: Number of the experiment's phase: analysis counts each for itself.
            is_met: Whether the person meets the variant, or was only assigned it.
        """
        event = "experiment_exposed" if is_met else "experiment_assigned"
        names = ("experiment_id", "variant", "salt")
        number = hash((event, unit, phase, *(exposure.get(name) for name in names)))
        with self._lock:
            if number in self._told:
                return
            if not self._capture(event, about, exposure):
                return  # dropped: the next answer tells it
            if len(self._told) >= self._most:
                del self._told[next(iter(self._told))]
            self._told[number] = None


def _unlocking(exposures: Exposures) -> Callable[[], None]:
    known = weakref.ref(exposures)

    def begin() -> None:
        one = known()
        if one is not None:
            one._begin()  # noqa: SLF001 - our own

    return begin


class FlagReader:
    """Answers for flags and experiments, and tells who met what.

    Args:
        book: What the server offers.
        exposures: Tells them.
    """

    def __init__(self, book: FlagBook, exposures: Exposures) -> None:
        self._book = book
        self._exposures = exposures

    def ask(self, key: str, whom: Whom, *, expose: bool) -> Answer | None:
        """Say what somebody gets; None: there is no such thing, as far as is known.

        Args:
            key: Of a flag or an experiment.
            whom: For whom.
            expose: Whether the person meets it now, or was only assigned it.
        """
        offer = self._book.current()
        definition = None if offer is None else offer.definitions.get(key)
        if offer is None or definition is None:
            return None
        allowed = whom.consent if whom.consent is not None else not offer.needs_consent
        if not allowed:
            return evaluate_undealt(definition, whom.attributes)
        unit = whom.unit(definition)
        found = evaluate(definition, unit, whom.attributes)
        if not found.is_exposure:
            return found
        about = _about(definition, unit, whom)
        if not about:
            return replace(found, is_exposure=False)  # there is nobody whose event it would be
        told = _exposure(definition, found, unit)
        self._exposures.tell(unit, about, told, phase=definition["phase"], is_met=expose)
        return found


def _about(definition: Definition, unit: str, whom: Whom) -> About:
    """Whose an exposure is; empty: nobody's, as of a company without a person."""
    if whom.about or definition["unit"] not in PEOPLE:
        return whom.about
    return {"user_id": unit} if definition["unit"] == "user_id" else {"anonymous_id": unit}


def _exposure(definition: Definition, found: Answer, unit: str) -> dict[str, Any]:
    split = definition["split"]
    return {
        "experiment_id": found.key,
        "variant": found.variant,
        "experiment_version": found.version,
        "salt": split["salt"],
        "algorithm": split.get("algorithm"),
        "unit": None if definition["unit"] in PEOPLE else unit,
    }
