"""The client without a server: how it opens, what it asks, how it takes failures."""

from __future__ import annotations

from typing import Any

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError
from urllib3.exceptions import ReadTimeoutError

from landed.errors import InvalidInputError, StoreError
from landed.store import READ, Limits, RefusedError, Store, connect


class FakeClient:
    """Stands for clickhouse-connect's client; remembers what it was asked."""

    def __init__(self, **opened: Any) -> None:
        self.opened = opened
        self.database = ""
        self.commands: list[tuple[str, Any]] = []
        self.failure: Exception | None = None
        self.connected = True
        self.closed = False

    def raw_query(self, *_: Any, **__: Any) -> bytes:
        if self.failure is not None:
            raise self.failure
        return b"0123456789abcdef"

    def command(self, sql: str, parameters: Any = None, **_: Any) -> str:
        self.commands.append((sql, parameters))
        return "26.9"

    def close_connections(self) -> None:
        self.connected = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> list[FakeClient]:
    made: list[FakeClient] = []

    def get_client(**opened: Any) -> FakeClient:
        made.append(FakeClient(**opened))
        return made[-1]

    monkeypatch.setattr("clickhouse_connect.get_client", get_client)
    return made


def failing(clients: list[FakeClient], failure: Exception) -> Store:
    store = connect("clickhouses://u:p@h/d", cluster="c")
    store.fetch_known_ids([bytes(16)])
    clients[0].failure = failure
    return store


def test_it_opens_lazily_one_client_per_role(clients: list[FakeClient]) -> None:
    store = connect("clickhouses://u:p@h/d")
    assert not clients
    store.fetch_known_ids([bytes(16)])
    store.fetch_known_ids([bytes(16)])
    assert store.ping()
    assert [client.opened["send_receive_timeout"] for client in clients] == [305, 15]
    assert {client.database for client in clients} == {"d"}
    assert clients[0].opened["interface"] == "https"
    assert clients[0].opened["autogenerate_session_id"] is False


def test_close_closes_them_all(clients: list[FakeClient]) -> None:
    with connect("clickhouse://h/d") as store:
        store.ping()
    assert [(client.connected, client.closed) for client in clients] == [(False, True)]


def test_the_embedded_engine_is_not_asked_through_a_proxy(
    clients: list[FakeClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.org:3128")
    for host in ("127.0.0.1", "ch.example.org"):
        with connect(f"clickhouse://{host}/d") as store:
            store.ping()
    assert [client.opened["pool_mgr"] is not None for client in clients] == [True, False]
    assert [client.opened["dedicated_pool"] for client in clients] == [False, True]


def test_two_threads_that_open_at_once_share_one_client(
    clients: list[FakeClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = connect("clickhouse://h/d")
    opened = store._open
    fresh = opened(READ)
    store._clients[READ] = fresh

    def open_late(limits: Limits) -> Any:
        store._clients[limits] = fresh
        return opened(limits)

    store._clients.clear()
    monkeypatch.setattr(store, "_open", open_late)
    assert store._client(READ) is fresh
    assert [client.closed for client in clients] == [False, True]


@pytest.mark.parametrize(
    "failure",
    [
        OperationalError("Error HTTPConnectionPool: Read timed out. (read timeout=1)"),
        ReadTimeoutError(None, "/", "Read timed out."),  # type: ignore[arg-type] # no pool here
    ],
)
def test_a_query_that_does_not_answer_is_killed(
    clients: list[FakeClient], failure: Exception
) -> None:
    store = failing(clients, failure)
    with pytest.raises(StoreError, match="does not answer"):
        store.fetch_known_ids([bytes(16)])
    ((sql, parameters),) = clients[1].commands
    assert sql.startswith("KILL QUERY WHERE query_id = {query_id:String}")
    assert len(parameters["query_id"]) == 32


def test_a_refusal_is_explained_and_nothing_is_killed(clients: list[FakeClient]) -> None:
    store = failing(clients, DatabaseError("Code: 62. DB::Exception: Syntax error", code=62))
    with pytest.raises(RefusedError, match="Syntax error"):
        store.fetch_known_ids([bytes(16)])
    assert len(clients) == 1


def test_free_sql_takes_no_tricks_in_the_format() -> None:
    with pytest.raises(InvalidInputError, match="is no format"):
        connect("clickhouse://h").run_sql("SELECT 1", "CSV INTO OUTFILE 'x'")


def test_a_store_that_is_away(free_port: int) -> None:
    with connect(f"clickhouse://127.0.0.1:{free_port}/landed") as store:
        assert not store.ping()
        with pytest.raises(StoreError, match="does not answer"):
            store.query("freshness", limits=READ)


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
