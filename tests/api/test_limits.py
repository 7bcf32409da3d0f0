"""How much one may ask for, how often one may guess, and who is not hit by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from landed.api import limits
from landed.api.limits import Buckets, Guesses, network_of
from landed.wiring import Services
from tests.api.asking import ADMIN, WRITE, Client, assert_problem, make_client

EVENT = {"event": "goal_set", "user_id": "u"}
NUMBERS = "/api/analytics/query?metrics=events"


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_bucket_lets_a_burst_pass_and_then_a_rate(clock: Clock) -> None:
    buckets = Buckets(5, clock)
    assert [buckets.take("one") for _ in range(50)] == [0.0] * 50
    assert buckets.take("one") == pytest.approx(0.2)
    assert buckets.take("two") == 0
    clock.now += 1
    assert [buckets.take("one") for _ in range(6)] == [0, 0, 0, 0, 0, pytest.approx(0.2)]
    clock.now += 3600
    assert [buckets.take("one") for _ in range(50)] == [0.0] * 50
    assert buckets.take("one") > 0


def test_a_slow_rate_lets_one_pass(clock: Clock) -> None:
    buckets = Buckets(0.01, clock)
    assert buckets.take("one") == 0
    assert buckets.take("one") == pytest.approx(100)


def test_no_rate_is_no_limit(clock: Clock) -> None:
    assert {Buckets(0, clock).take("one") for _ in range(100)} == {0.0}


def test_names_that_are_done_are_forgotten(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_NAMES", 10)
    buckets = Buckets(1, clock)
    for at in range(9):
        buckets.take(f"old {at}")
    clock.now += 2
    for _ in range(10):
        assert buckets.take("busy") == 0
    assert buckets.take("new") == 0  # the old ones are gone, the busy one is not
    assert buckets.take("busy") > 0
    for at in range(30):
        assert buckets.take(f"many {at}") == 0


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("not:an:address", "not:an:address", True),
        ("testclient", "testclient", True),
    ],
)
def test_addresses_of_one_network_are_one(one: str, other: str, *, are_same: bool) -> None:
    assert (network_of(one) == network_of(other)) is are_same


def guess(guesses: Guesses, first: int, last: int, name: str = "a") -> float:
    for at in range(first, last):
        guesses.note(name, f"wrong {at}")
    return guesses.seconds_locked(name)


def test_guessing_locks_out_longer_each_time(clock: Clock) -> None:
    guesses = Guesses(10, clock)
    assert guess(guesses, 0, 9) == 0
    assert guess(guesses, 9, 10) == 60
    assert guesses.seconds_locked("b") == 0
    lengths = []
    for _ in range(8):
        clock.now += guesses.seconds_locked("a")
        lengths.append(guess(guesses, 0, 10))
    assert lengths == [120, 240, 480, 960, 1920, 3600, 3600, 3600]
    clock.now += 2 * 86_400
    assert guess(guesses, 0, 10) == 60


def test_who_goes_on_while_locked_out_is_locked_out_at_once_again(clock: Clock) -> None:
    guesses = Guesses(10, clock)
    assert guess(guesses, 0, 1000) == 60
    clock.now += 60
    assert guess(guesses, 0, 1) == 120


def test_one_wrong_key_a_thousand_times_is_no_guessing(clock: Clock) -> None:
    guesses = Guesses(10, clock)
    for _ in range(1000):
        guesses.note("a", "the key of last year")
    assert guesses.seconds_locked("a") == 0


def test_slow_mistakes_are_no_guessing(clock: Clock) -> None:
    guesses = Guesses(3, clock)
    for at in range(20):
        clock.now += 400
        guesses.note("a", f"typed wrong {at}")
        assert guesses.seconds_locked("a") == 0


def test_lock_out_can_be_off_and_does_not_grow(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert guess(Guesses(0, clock), 0, 100) == 0
    monkeypatch.setattr(limits, "_MOST_NAMES", 10)
    guesses = Guesses(2, clock)
    for at in range(50):
        guess(guesses, 0, 2, f"address {at}")
    assert guesses.seconds_locked("address 0") == 0
    assert guesses.seconds_locked("address 49") == 60


@pytest.fixture
def strict(services: Services) -> Iterator[Client]:
    """An application that forgives little."""
    strict = {"rate_read": 0.5, "rate_write": 2.0, "lock_out_guesses": 3}
    settings = services.settings.model_copy(update=strict)
    with make_client(replace(services, settings=settings)) as client:
        yield client


def test_who_asks_too_often_is_told_when_to_come_again(strict: Client) -> None:
    found = [strict.get("/healthz").status_code for _ in range(6)]
    assert found == [200] * 5 + [429]
    answer = strict.get(NUMBERS, headers=ADMIN)
    assert "LANDED_RATE_READ" in assert_problem(answer, 429, "rate_limited")["message"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["retry-after"] == "2"
    head = strict.head("/healthz")
    assert (head.status_code, head.content) == (429, b"")
    # Reading much hinders nobody's sending.
    sent = strict.post("/api/analytics/events", json=EVENT, headers=WRITE)
    assert sent.status_code == 200


def test_sending_has_a_limit_of_its_own(strict: Client) -> None:
    found = [
        strict.post("/api/analytics/events", json=EVENT, headers=WRITE).status_code
        for _ in range(25)
    ]
    assert found[:20] == [200] * 20
    assert 429 in found[20:]


def test_a_key_has_a_limit_wherever_it_is_used(services: Services) -> None:
    settings = services.settings.model_copy(update={"rate_write": 1.0})
    with make_client(replace(services, settings=settings)) as client:
        gate = client.app.state.gate
        for at in range(10):
            gate.take_key("lw_test_key", sends=True)
            del at
        answer = client.post("/api/analytics/events", json=EVENT, headers=WRITE)
        assert "this key" in assert_problem(answer, 429, "rate_limited")["message"]


def test_a_request_counts_once_though_guard_and_page_look_at_its_key(services: Services) -> None:
    settings = services.settings.model_copy(update={"rate_read": 0.5})
    with make_client(replace(services, settings=settings)) as client:
        found = [client.get("/audit.csv", headers=ADMIN).status_code for _ in range(5)]
        assert found == [200] * 5


def test_after_guessing_only_senders_go_on(services: Services) -> None:
    settings = services.settings.model_copy(update={"lock_out_guesses": 3})
    with make_client(replace(services, settings=settings)) as client:
        for at in range(3):
            answer = client.get(NUMBERS, headers={"X-API-Key": f"guess {at}"})
            assert answer.status_code == 401
        # Also the right one: else guessing would go on.
        answer = client.get(NUMBERS, headers=ADMIN)
        told = assert_problem(answer, 429, "rate_limited")["message"]
        assert "Too many wrong keys" in told
        assert 0 < int(answer.headers["retry-after"]) <= 60
        sent = client.post("/api/analytics/events", json=EVENT, headers=WRITE)
        assert sent.status_code == 200
        for headers in (ADMIN, {"X-API-Key": "guess 4"}):
            answer = client.post("/api/analytics/events", json=EVENT, headers=headers)
            assert_problem(answer, 429, "rate_limited")
        page = client.post("/login", data={"key": "la_test_key"})
        assert page.status_code == 429
        assert 0 < int(page.headers["retry-after"]) <= 60
        assert "Too many wrong keys" in page.text
        assert client.get("/healthz").status_code == 200


def test_log_ins_with_wrong_keys_are_guesses(services: Services) -> None:
    settings = services.settings.model_copy(update={"lock_out_guesses": 3})
    with make_client(replace(services, settings=settings)) as client:
        found = [client.post("/login", data={"key": f"g{at}"}).status_code for at in range(4)]
        assert found == [401, 401, 401, 429]
