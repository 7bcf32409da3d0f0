"""`POST /api/training/log`: keys, partial success, signals, and a store that is away."""

from __future__ import annotations

import dataclasses
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from landed.training import TrainingZone
from tests.api.asking import ADMIN, WRITE, WRITE_KEY, Client, assert_problem, make_client
from tests.api.asking import make_services as api_services
from tests.training.sending import YES, a_click, a_resume, rows

PATH = "/api/training/log"
NOWHERE = "clickhouse://127.0.0.1:1/landed"


@pytest.fixture
def client(zone: TrainingZone, tmp_path: Path) -> Iterator[Client]:
    """The application with the zone; the log of events is away, which must not matter."""
    services = dataclasses.replace(api_services(tmp_path, store=NOWHERE), training=zone)
    with make_client(services) as client:
        yield client
    services.spool.close()


def send(client: Client, *events: dict[str, Any], **headers: str) -> Any:
    return client.post(PATH, json={"events": events}, headers={**WRITE, **headers})


def test_good_neighbours_are_kept_and_each_bad_one_is_explained(
    client: Client, zone: TrainingZone
) -> None:
    answer = send(client, a_resume(), a_resume(jd_score="high"), a_click(consent=None), a_click())
    assert answer.status_code == 200
    told = answer.json()
    assert (told["accepted"], told["withheld"]) == (2, 1)
    (refusal,) = told["rejected"]
    assert refusal["reason"].startswith("Expected `float | null`, got `str`")
    assert (refusal["index"], refusal["field"]) == (1, "$.events[1].jd_score")
    assert rows(zone, "SELECT count() AS n FROM resume_events") == [{"n": 1}]


def test_a_browser_sends_plain_text_with_the_key_inside(client: Client) -> None:
    body = {"events": [a_click(consent=None)], "consent": YES, "write_key": WRITE_KEY}
    answer = client.post(PATH, content=json.dumps(body), headers={"Content-Type": "text/plain"})
    assert answer.json()["accepted"] == 1
    packed = gzip.compress(json.dumps(body).encode())
    answer = client.post(PATH, content=packed, headers={"Content-Encoding": "gzip"})
    assert answer.json()["accepted"] == 1


def test_signals_of_the_browser_are_a_no(client: Client) -> None:
    for signal in ("Sec-GPC", "DNT"):
        assert send(client, a_click(), **{signal: "1"}).json()["withheld"] == 1


def test_without_a_key_nothing_is_taken(client: Client, zone: TrainingZone) -> None:
    body = {"events": [a_click()]}
    assert_problem(client.post(PATH, json=body), 401, "unauthorized")
    wrong = {**body, "write_key": "lw_wrong"}
    assert_problem(client.post(PATH, json=wrong), 401, "unauthorized")
    header = {"Authorization": "Bearer wrong"}
    assert_problem(client.post(PATH, json=body, headers=header), 401, "unauthorized")
    assert rows(zone, "SELECT count() AS n FROM interactions") == [{"n": 0}]
    assert client.post(PATH, json=body, headers=ADMIN).status_code == 200  # may do everything


def test_bad_bodies(client: Client) -> None:
    answer = client.post(PATH, content=b"{", headers=WRITE)
    assert_problem(answer, 400, "malformed_request")
    answer = client.post(PATH, content=b" " * (5 << 20), headers=WRITE)
    assert_problem(answer, 413, "too_large")


def test_switched_off_it_says_how_to_switch_it_on(tmp_path: Path) -> None:
    services = api_services(tmp_path, store=NOWHERE)
    with make_client(services) as client:
        problem = assert_problem(send(client, a_click()), 404, "training_off")
    assert "LANDED_TRAINING=1" in problem["message"]
    services.spool.close()


def test_while_its_store_is_away_clients_wait(tmp_path: Path) -> None:
    away = "clickhouse://zone:x@127.0.0.1:1/training"
    services = api_services(tmp_path, store=NOWHERE, training_store=away)
    services.state.migrate()
    with make_client(services) as client:
        answer = send(client, a_click())
        assert_problem(answer, 503, "store_unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert "training" in client.get("/readyz").text
    services.spool.close()
