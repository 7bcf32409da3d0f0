"""A/A: one population's behaviour, and experiments that deal it anew with nothing between the arms.

What people do is stored once and is the same under every deal, so each fresh salt is an A/A test:
no variant can have an effect, whatever the analysis says. The deal is `assign`, exposures are rows
of the events table, and the verdict is read from `analyse`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from landed.experiments import Experiment, Phase, Primary, Split, Variant, assign
from landed.experiments.analysis import Look, Result, analyse
from landed.stats import Effect, judge_always
from landed.store import EVENTS_SCHEMA, Store

Ints = npt.NDArray[np.int64]

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
DAYS = 20
END = START + timedelta(days=DAYS, seconds=-1)
DAY_MS = 86_400_000
START_MS = int(START.timestamp()) * 1000
ROWS_PER_INSERT = 200_000
PEOPLE = 1000
DEALS = 334  # of each of three kinds of metrics: a thousand in all
DEALS_AT_ONCE = 84


@dataclass(frozen=True)
class People:
    """Who comes into an experiment.

    Attributes:
        users: Ids as the host knows them.
        keys: Their 16 bytes in the store.
        exposed_at: When each of them meets the decision point first, UTC milliseconds.
        employers: Whose staff they are, where it is employers that are dealt.
    """

    users: tuple[str, ...]
    keys: npt.NDArray[np.void]
    exposed_at: Ints
    employers: Sequence[str] = ()


Behave = Callable[[Store, People, np.random.Generator], None]


@dataclass(frozen=True)
class Alarms:
    """In which share of the experiments something was said to differ.

    Attributes:
        looks: How often each of them was looked at.
        always: Any look's interval left out zero: the analysis as it is read.
        fixed: The same sums judged each day by the test that may be judged once.
        verdict: The verdict at the end was for or against the variant.
        skewed: The counts of the arms were called uneven.
        harmed: A guardrail was called harmed.
    """

    looks: int
    always: float
    fixed: float
    verdict: float
    skewed: float
    harmed: float


def people(number: int, rng: np.random.Generator) -> People:
    """People who come one after the other over the whole time."""
    keys = rng.bytes(16 * number)
    at = np.sort(rng.integers(START_MS, START_MS + DAYS * DAY_MS - 3_600_000, number))
    return People(
        tuple(f"user-{one:05d}" for one in range(number)), np.frombuffer(keys, dtype="V16"), at
    )


def twice(units: People, days: int) -> People:
    """The same people, who come again after so many days."""
    again = units.exposed_at + days * DAY_MS
    came = again < START_MS + DAYS * DAY_MS
    return People(
        (*units.users, *np.array(units.users)[came]),
        np.concatenate([units.keys, units.keys[came]]),
        np.concatenate([units.exposed_at, again[came]]),
        (*units.employers, *np.array(units.employers)[came]) if units.employers else (),
    )


def plan(
    key: str, metric: str, *, starts: Sequence[datetime] = (START,), **fields: Any
) -> Experiment:
    """A running experiment with two equal arms and a salt of its own, in one phase or more."""
    split = Split(salt=f"salt-of-{key}", weights=(0.5, 0.5))
    ends = (*starts[1:], None)
    return Experiment(
        key=key,
        variants=(Variant(key="control"), Variant(key="other")),
        phases=tuple(
            Phase(split=split, number=number, started_at=start, ended_at=end)
            for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
        ),
        primary=Primary(metric=metric, direction="increase"),
        horizon_weeks=3,
        state="running",
        **fields,
    )


def insert(
    store: Store,
    event: str,
    keys: npt.NDArray[np.void],
    at: Ints,
    properties: Sequence[str],
) -> None:
    """Put events of one kind into the store, as the writer does."""
    for start in range(0, len(at), ROWS_PER_INSERT):
        part = slice(start, start + ROWS_PER_INSERT)
        batch = _batch(event, keys[part], at[part], properties[part])
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, EVENTS_SCHEMA) as stream:
            stream.write_batch(batch)
        store.insert("events", bytes(sink.getvalue()), token=uuid4().hex)


def _batch(
    event: str, keys: npt.NDArray[np.void], at: Ints, properties: Sequence[str]
) -> pa.RecordBatch:
    n = len(at)
    ids = np.random.default_rng([int(at[0]), n]).bytes(16 * n)
    occurred = pa.array(at, pa.int64()).cast(pa.timestamp("ms", "UTC"))
    columns = [
        pa.repeat(event, n),
        _binary(ids, n),
        _binary(keys.tobytes(), n),
        _binary(bytes(16 * n), n),
        occurred,
        occurred,
        pa.repeat("test", n),
        pa.repeat("{}", n),
        pa.array(properties, pa.string()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=EVENTS_SCHEMA)


def _binary(content: bytes, rows: int) -> pa.Array:
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), rows, [None, pa.py_buffer(content)])


def deal(store: Store, experiments: Sequence[Experiment], units: People) -> None:
    """Assign everybody in every experiment, and record that they met their variant."""
    told = [
        json.dumps({"experiment_id": one.key, "variant": got.variant, "salt": got.salt, "unit": of})
        for one in experiments
        for user, of in zip_longest(units.users, units.employers)
        for got in (assign(one, of or user, {}),)
    ]
    keys, at = np.tile(units.keys, len(experiments)), np.tile(units.exposed_at, len(experiments))
    insert(store, "experiment_exposed", keys, at, told)


def rerandomise(
    store: Store,
    behave: Behave,
    metric: str,
    *,
    people_count: int = PEOPLE,
    deals: int = DEALS,
    again_after: int = DAYS,
    employers: int = 0,
    **fields: Any,
) -> list[Result]:
    """Deal the same people again and again, each time in an experiment of its own.

    Args:
        store: Empty.
        behave: Puts what people do into it.
        metric: The primary one.
        people_count: Who takes part.
        deals: How often.
        again_after: After how many days everybody meets their variant once more.
        employers: How many there are, where they are the units.
        fields: Of the experiments.

    Returns:
        What the analysis says at the end of each, with the looks of all days before.
    """
    results: list[Result] = []
    while len(results) < deals:
        store.execute("TRUNCATE TABLE events")
        rng = np.random.default_rng(7)
        units = people(people_count, rng)
        if employers:
            of = [f"employer-{number}" for number in rng.integers(0, employers, people_count)]
            units = replace(units, employers=of)
        behave(store, units, rng)
        # The exposures of a hundred experiments are read for each of them, so not of all at once.
        first, last = len(results), min(len(results) + DEALS_AT_ONCE, deals)
        planned = [plan(f"{metric}-{number}", metric, **fields) for number in range(first, last)]
        deal(store, planned, twice(units, again_after))
        results += [analyse(store, one, as_of=END) for one in planned]
    return results


def count_alarms(results: Sequence[Result]) -> Alarms:
    looks = {len(result.looks) for result in results}
    assert len(looks) == 1
    return Alarms(
        looks=looks.pop(),
        always=_share(any(map(_says_always, result.looks)) for result in results),
        fixed=_share(any(map(_says_fixed, result.looks)) for result in results),
        verdict=_share(result.verdict.kind in {"ship", "harmful"} for result in results),
        skewed=_share(result.health.srm_failed for result in results),
        harmed=_share("harmed" in set(_guards(result)) for result in results),
    )


def _share(answers: Iterator[bool]) -> float:
    return float(np.mean(list(answers)))


def _says_always(look: Look) -> bool:
    effect = look.effects["other"]
    return effect is not None and (effect.ci_low > 0 or effect.ci_high < 0)


def _says_fixed(look: Look) -> bool:
    """The interval of the sequence, made as narrow as that of a test with one look."""
    effect = look.effects["other"]
    if effect is None:
        return False
    wide = judge_always(Effect(value=0.0, std_error=1.0, size=look.units))
    error = (effect.ci_high - effect.ci_low) / (wide.ci_high - wide.ci_low)
    return abs(effect.value) > 1.96 * error


def _guards(result: Result) -> Iterator[str]:
    for metric in result.metrics:
        for comparison in metric.comparisons:
            if comparison.guard is not None:
                yield comparison.guard.state
