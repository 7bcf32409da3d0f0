"""Two zones of one installation: neither's credentials open the other, and no value joins them."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from landed.collect.decode import decode_own
from landed.config import Settings
from landed.errors import InvalidInputError, TrainingOffError
from landed.store import Store
from landed.training import decode_log
from landed.wiring import Services, build_services

SENT = str(uuid.uuid4())
MOMENT = "2026-01-02T03:04:05.678Z"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Both zones, each on its own embedded engine, told the same things under the same ids."""
    data = tmp_path_factory.mktemp("both")
    running = build_services(Settings(data=data, training=True))
    running.start()
    running.store_ready.result(60)
    running.training_zone().ready.result(60)
    same = {"user_id": SENT, "message_id": SENT, "occurred_at": MOMENT}
    told = {"action": "click", "element": "refine-button"}
    event = {**same, "event": "interaction_recorded", "session_id": SENT, "properties": told}
    scores = {**same, "event": "resume_scored", "message_id": str(uuid.uuid4())} | {
        "properties": {"ats_score": 84.6, "resume_id": SENT}
    }
    now = running.clock()
    decoded = decode_own(json.dumps({"events": [event, scores]}).encode(), received_at=now)
    running.collector.submit(decoded, size=1, source="landed", received_at=now)
    yes = {"consent": {"training": True}}
    log = [
        {"type": "interaction", **same, **told, **yes},
        {"type": "resume", **same, **yes, "resume_id": SENT, "action": "tailored"}
        | {"ats_score": 84.6},
    ]
    taken = running.training_zone().take(
        decode_log(json.dumps({"events": log}).encode()), gpc=False, dnt=False
    )
    assert taken.accepted == 2
    end = time.monotonic() + 30
    while running.store.query("freshness")[0]["events"] < 2:
        assert time.monotonic() < end
        time.sleep(0.05)
    yield running
    running.close()


def dsns(services: Services) -> tuple[str, str]:
    zone = services.training_zone()
    assert services.engine is not None
    assert zone.engine is not None
    return services.engine.dsn, zone.engine.dsn


def test_neither_credentials_open_the_other(services: Services) -> None:
    def ask(place: str, credentials: str) -> httpx.Response:
        who = urlsplit(credentials)
        return httpx.post(
            f"http://127.0.0.1:{urlsplit(place).port}/",
            content="SELECT count() FROM users",
            auth=(who.username or "", who.password or ""),
        )

    log, zone = dsns(services)
    assert ask(zone, zone).text == "1\n"
    assert "UNKNOWN_TABLE" in ask(log, log).text  # let in, and there are no such tables there
    for place, credentials in ((zone, log), (log, zone)):
        answer = ask(place, credentials)
        assert (answer.status_code, "AUTHENTICATION_FAILED" in answer.text) == (403, True)
        user, other = urlsplit(credentials), urlsplit(place)
        mixed = other._replace(netloc=f"{user.username}:{other.password}@127.0.0.1").geturl()
        assert ask(place, mixed).status_code == 403


def test_each_has_a_folder_a_key_and_a_process_of_its_own(services: Services) -> None:
    data: Path = services.settings.data
    zone = services.training_zone()
    assert (data / "store" / "config.xml").exists()
    assert (data / "training" / "config.xml").exists()
    key = (data / "keys" / "training.key").read_text()
    assert key != (data / "keys" / "pseudonym.key").read_text()
    assert services.engine is not None
    assert zone.engine is not None
    assert services.engine.state().pid != zone.engine.state().pid
    assert [check.ok for check in services.health().checks if check.name == "training"] == [True]


def leaves(value: Any) -> Iterator[str]:
    """The single values of a column, those inside JSON too."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif str(value).startswith("{"):
        yield from leaves(json.loads(value))
    else:
        yield str(value)


def values(store: Store, tables: tuple[str, ...]) -> set[str]:
    """Every value that could be an id, a moment or an exact figure."""
    return {
        leaf
        for table in tables
        for row in store.answer(f"SELECT * FROM {table}")  # noqa: S608 - our own tables
        for value in row.values()
        for leaf in leaves(value)
    }


def test_no_value_joins_them(services: Services) -> None:
    log = values(services.store, ("events",))
    zone = values(services.training_zone().store, ("users", "resume_events", "interactions"))
    assert SENT in log  # the log keeps message ids that are UUIDs as they are
    assert "84.6" in log
    assert SENT not in zone
    shared = log & zone
    # What both were told of in words; the log's empty values are no join either.
    assert shared <= {"click", "refine-button", "", "None"}


def test_switched_off_it_is_not_there(tmp_path: Path) -> None:
    services = build_services(Settings(data=tmp_path))
    with pytest.raises(TrainingOffError, match="LANDED_TRAINING=1"):
        services.training_zone()
    assert not (tmp_path / "keys" / "training.key").exists()
    services.spool.close()


@pytest.mark.parametrize(
    ("dsn", "says"),
    [
        ("clickhouse://zone:x@db.example/landed", "the database of LANDED_STORE"),
        ("clickhouse://landed:x@db.example/training", "the user of LANDED_STORE"),
        ("postgres://x", "LANDED_TRAINING_STORE must read"),
    ],
)
def test_a_dsn_that_is_not_apart_is_refused(tmp_path: Path, dsn: str, says: str) -> None:
    log = "clickhouse://landed:y@db.example/landed"
    settings = Settings.model_validate({"data": tmp_path, "store": log, "training_store": dsn})
    with pytest.raises(InvalidInputError, match=says):
        build_services(settings)


def test_a_dsn_switches_it_on_and_starts_no_engine(tmp_path: Path) -> None:
    dsn = "clickhouse://zone:x@127.0.0.1:1/training"
    services = build_services(Settings.model_validate({"data": tmp_path, "training_store": dsn}))
    assert services.training_zone().engine is None
    assert services.training_zone().store.database == "training"
    services.spool.close()
