"""What comes of an experiment of a few people, counted by hand."""

from __future__ import annotations

from landed.experiments.analysis import Result, analyse
from landed.store import Store
from tests.queries.event_rows import Row, an_event, as_stream, at
from tests.queries.experiment_rows import a_running_experiment, an_exposure


def put(store: Store, *rows: Row) -> None:
    store.insert("events", as_stream(rows), token="rows")


def applied(person: str, day: int, hour: int = 12) -> Row:
    return an_event("application_submitted", person, at(day, hour), application_id=f"{day}-{hour}")


def values(result: Result, number: int = 0) -> dict[str, tuple[int, float | None]]:
    return {
        one.variant: (one.units, one.estimate.value if one.estimate else None)
        for one in result.metrics[number].readings
    }


def test_only_what_follows_the_first_exposure_counts(store: Store) -> None:
    put(
        store,
        an_exposure("ann", "control", at(2)),
        an_exposure("ann", "control", at(5)),
        an_exposure("bob", "control", at(2)),
        an_exposure("cat", "tips", at(3)),
        an_exposure("dan", "tips", at(3)),
        applied("ann", 1),  # before
        applied("ann", 3),
        applied("ann", 6),
        applied("cat", 2),  # before
        applied("cat", 4),
        applied("dan", 3, 0),  # in the same instant
        applied("eve", 4),  # never exposed
    )
    result = analyse(store, a_running_experiment(), as_of=at(8))
    assert values(result) == {"control": (2, 1.0), "tips": (2, 1.0)}
    assert result.health.units == {"control": 2, "tips": 2}
    assert result.health.warnings == ()
