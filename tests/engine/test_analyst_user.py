"""The user for analysts: that ClickHouse takes the statements, and what it makes of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from landed.errors import InvalidInputError
from landed.store import write_analyst_user
from tests.cli.commands import landed
from tests.conftest import Ask


def written(cluster: str | None) -> str:
    return write_analyst_user("ann", "its password", database="landed", cluster=cluster)


@pytest.mark.parametrize("cluster", [None, "analytics"])
def test_clickhouse_reads_the_statements_as_they_are_meant(ask: Ask, cluster: str | None) -> None:
    """The embedded engine has no users to make, but the grammar of a server."""
    found = []
    for statement in written(cluster).splitlines():
        answer = ask("SELECT formatQuerySingleLine({sql:String})", param_sql=statement.rstrip(";"))
        assert answer.status_code == 200, answer.text
        found.append(answer.text.strip())
        # Nobody may run one here, but each is understood.
        assert "SYNTAX_ERROR" not in ask(statement.rstrip(";")).text
    profile, user, *grants = found
    for words in ("readonly = 2 CONST", "max_execution_time = 30 MIN 1 MAX 30", "allow_ddl"):
        assert words in profile
    assert "sha256_hash" in user
    assert len(grants) == (2 if cluster else 1)
    for grant in grants:
        assert "SELECT(event, occurred_at, received_at, source, context, properties)" in grant


def test_the_password_is_kept_as_a_digest() -> None:
    assert "its password" not in written(None)
    assert hashlib.sha256(b"its password").hexdigest() in written(None)


def test_on_a_cluster_every_server_gets_the_user() -> None:
    text = write_analyst_user("ann", "p", database="landed", cluster="analytics")
    assert [line.count("ON CLUSTER 'analytics'") for line in text.splitlines()] == [1] * 4
    assert "landed.events_local" in text


@pytest.mark.parametrize("name", ["", "Ann", "a b", "a;DROP TABLE events", "é", "a" * 64, "1a"])
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        write_analyst_user(name, "p", database="landed")
    assert refused.value.detail == "name"


def test_names_of_databases_and_clusters_cannot_carry_sql() -> None:
    with pytest.raises(InvalidInputError, match="database"):
        write_analyst_user("ann", "p", database="landed; DROP")
    with pytest.raises(InvalidInputError, match="cluster"):
        write_analyst_user("ann", "p", database="landed", cluster="a'b")


def test_the_command_prints_statements_and_tells_the_password_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDED_STORE", "clickhouse://u:p@ch.example.org/career")
    made = landed("sql-user", "ann", "--data", tmp_path)
    assert made.code == 0
    password = made.err.split()[-1]
    assert hashlib.sha256(password.encode()).hexdigest() in made.out
    assert password not in made.out
    assert "ON career.events TO ann;" in made.out
    monkeypatch.delenv("LANDED_STORE")
    refused = landed("sql-user", "ann", "--data", tmp_path)
    assert (refused.code, refused.out) == (1, "")
    assert "set LANDED_STORE" in refused.err
