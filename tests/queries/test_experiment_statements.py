"""The SQL of experiments: as it lies in the snapshots, with nothing of a request in its text."""

from __future__ import annotations

import pytest

from landed.metrics import METRICS
from landed.store import Store
from landed.store.experiment_days import build_days
from landed.store.experiment_sql import Asked, build_life_tables, build_quantiles
from tests.queries.experiment_statements import CLUSTERS, PEOPLE, SNAPSHOTS, STATEMENTS, render


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_statement_is_the_one_that_was_reviewed(name: str) -> None:
    kept = (SNAPSHOTS / f"{name}.sql").read_text()
    assert kept == render(name), "run: python -m tests.queries.experiment_statements, and read it"
    assert "'tips'" not in STATEMENTS[name][0]


def test_there_is_no_snapshot_too_many() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.sql")} == set(STATEMENTS)


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_statement_runs_on_an_empty_log(store: Store, name: str) -> None:
    rows = store.answer(*STATEMENTS[name])
    assert len(rows) <= 1


def test_what_does_not_fit_is_refused() -> None:
    count = Asked(metric=METRICS["applications"])
    with pytest.raises(TypeError, match="applications"):
        build_quantiles(PEOPLE, [count], [[0.5]])
    with pytest.raises(TypeError, match="applications"):
        build_life_tables(PEOPLE, count)
    assert build_days(CLUSTERS, count) is None
    assert build_days(PEOPLE, Asked(metric=METRICS["interviews"])) is None
