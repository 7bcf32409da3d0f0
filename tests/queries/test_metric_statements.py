"""The SQL of questions: as it lies in the snapshots, with the columns that are declared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from landed.metrics import METRICS, RELATIONS
from landed.store import Store
from landed.store.clauses import read_relation
from tests.queries.statements import AS_OF, QUESTIONS, SINCE, SNAPSHOTS, UNTIL, a_question, render

MEASURED = [name for name, one in METRICS.items() if one.measure is not None]


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_statement_is_the_one_that_was_reviewed(name: str) -> None:
    kept = (SNAPSHOTS / f"{name}.sql").read_text()
    assert kept == render(name), "run: python -m tests.queries.statements, and read the difference"


def test_there_is_no_snapshot_too_many_and_every_relation_has_one() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.sql")} == set(QUESTIONS)
    assert {relation for relation, _ in QUESTIONS.values()} == set(RELATIONS)


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_statement_runs(store: Store, name: str) -> None:
    relation, params = QUESTIONS[name]
    assert store.query_metrics(a_question(params), relation) == []


def relation_columns(store: Store, relation: str) -> set[str]:
    """What the engine says the relation's columns are."""
    sql = read_relation(relation)
    values = {"since": SINCE, "until": UNTIL, "as_of": AS_OF}
    for placeholder, name in re.findall(r"(\{(\w+):[^}]+\})", sql):
        moment = values.get(name)
        text = f"toDateTime64('{moment:%F %T}', 3, 'UTC')" if moment else "[]::Array(String)"
        sql = sql.replace(placeholder, text)
    lines = b"".join(store.run_sql(f"SELECT * FROM ({sql}) LIMIT 0")).decode()  # noqa: S608 - ours
    return set(lines.strip().split("\t"))


@pytest.mark.parametrize("relation", RELATIONS)
def test_a_relation_has_its_declared_columns(store: Store, relation: str) -> None:
    columns = relation_columns(store, relation)
    one = RELATIONS[relation]
    assert {"at", "subject_key", *one.dimensions} <= columns


@pytest.mark.parametrize("name", MEASURED)
def test_every_metric_can_be_split_by_every_dimension_at_once(store: Store, name: str) -> None:
    """An empty store: only whether the engine takes the statement."""
    relation = METRICS[name].relation
    dimensions = list(RELATIONS[relation].dimensions)
    for place in range(0, len(dimensions), 3):
        by = ",".join(dimensions[place : place + 3])
        question = a_question({"metrics": [name], "by": [by], "users": ["active"]})
        assert store.query_metrics(question, relation) == []


def test_every_relation_and_segment_begins_with_its_question() -> None:
    room = Path(__file__).parents[2] / "src" / "landed" / "store"
    for path in (*room.glob("relations/*.sql"), *room.glob("segments/*.sql")):
        first = path.read_text().splitlines()[0]
        assert re.match(r"-- .*\?", first), path.name
