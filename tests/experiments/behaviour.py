"""What people do in the A/A tests, before and after they meet a variant: the same under any deal.

People differ a lot, and who did much before does much after, so that there is something to
adjust by. A sixth of what they do lies before their exposure, where no metric may see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from landed.store import Store
from tests.experiments.dealing import DAY_MS, DAYS, START_MS, Ints, People, insert

_END_MS: Final = START_MS + DAYS * DAY_MS
_BEFORE: Final = 2  # days
_AFTER: Final = 10


def subscribe(store: Store, people: People, rng: np.random.Generator) -> None:
    """One in eight pays within days."""
    who = np.flatnonzero(rng.random(len(people.users)) < 1 / 8)
    _happen(store, people, "subscription_started", who, rng)


def apply(store: Store, people: People, rng: np.random.Generator) -> None:
    """Everybody applies now and then, some very often: two and a half times, with a long tail."""
    often = 3.0 * rng.gamma(0.7, 1 / 0.7, len(people.users))
    _happen(store, people, "application_submitted", _each(rng.poisson(often)), rng)


def meet_jobs(store: Store, people: People, rng: np.random.Generator) -> None:
    """Everybody sees some jobs and opens one in eight of them, each with a share of their own."""
    shown = 1 + rng.poisson(8.0 * rng.gamma(1.0, 1.0, len(people.users)))
    opened = rng.binomial(shown, rng.beta(1.5, 10.5, len(people.users)))
    _happen(store, people, "recommendation_shown", _each(shown), rng)
    _happen(store, people, "recommendation_clicked", _each(opened), rng)


def be_promoted(store: Store, people: People, rng: np.random.Generator) -> None:
    """Two in five were promoted before, and are after more often than the others."""
    rising = rng.random(len(people.users)) < 2 / 5
    again = rng.random(len(people.users)) < np.where(rising, 0.87, 0.42)
    promotion = ('{"advancement_type":"promotion"}',)
    for who, days in ((rising, (-_BEFORE, 0)), (again, (0, _AFTER))):
        _happen(
            store,
            people,
            "career_advanced",
            np.flatnonzero(who),
            rng,
            said=promotion,
            days=days,
        )


def answer(store: Store, people: People, rng: np.random.Generator) -> None:
    """One in five hundred says how satisfied they are; all others say nothing of it."""
    who = np.flatnonzero(rng.random(len(people.users)) < 1 / 500)
    stars = [f'{{"overall_satisfaction":{number}}}' for number in (1, 2, 3, 4, 5)]
    _happen(store, people, "feedback_given", who, rng, said=stars)


def subscribe_together(store: Store, people: People, rng: np.random.Generator) -> None:
    """Of some employers nearly everybody pays, of others nobody."""
    names, of = np.unique(np.array(people.employers), return_inverse=True)
    pays = rng.beta(0.3, 0.6, len(names))[of]
    who = np.flatnonzero(rng.random(len(people.users)) < pays)
    _happen(store, people, "subscription_started", who, rng, days=(0, _AFTER))


def _each(times: Ints) -> Ints:
    return np.repeat(np.arange(len(times)), times)


def _happen(
    store: Store,
    people: People,
    event: str,
    who: Ints,
    rng: np.random.Generator,
    *,
    said: Sequence[str] = ("{}",),
    days: tuple[int, int] = (-_BEFORE, _AFTER),
) -> None:
    """At any moment of some days around the exposure."""
    offset = rng.uniform(*days, len(who)) * DAY_MS
    at = people.exposed_at[who] + offset.astype(np.int64)
    known = at < _END_MS
    keys = people.keys[who[known]]
    insert(store, event, keys, at[known], [said[n % len(said)] for n in range(len(keys))])
