"""By the clock: what must be told of running experiments, once each, and the stop of what harms."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from landed.experiments.drafting import ExperimentDraft
from landed.experiments.types import Guardrail
from landed.jobs import Outlets, look_at_experiments, note_told
from landed.jobs.experimenting import watch_experiments_forever
from landed.state import AuditWish, fetch_told_alerts
from landed.wiring import Services
from landed.wiring.experimenting import (
    Act,
    create_experiment,
    find_experiment,
    start_experiment,
    stop_experiment,
)
from tests.queries.event_rows import Row, an_event, as_stream
from tests.queries.experiment_rows import an_exposure

ACT = Act(actor="admin key", why="to see what comes")
URL = "http://127.0.0.1:8000"


def put(services: Services, rows: Sequence[Row]) -> None:
    services.store.insert("events", as_stream(rows), token=uuid.uuid4().hex)


def a_test(services: Services, units: dict[str, int], applying: str) -> str:
    """A running test with so many exposed units; all of one variant apply, of others a tenth."""
    key = f"test-{uuid.uuid4().hex[:12]}"
    draft = ExperimentDraft(
        key=key,
        hypothesis="It helps.",
        variants=("control", "tips"),
        primary="click_through_rate",
        guardrails=(Guardrail(metric="applications", margin=0.1),),
    )
    create_experiment(services, draft, ACT)
    start_experiment(services, key, ACT)
    now = services.clock()
    rows = []
    for variant, count in units.items():
        for number in range(count):
            person = f"{key}-{variant}-{number}"
            rows.append(an_exposure(person, variant, now, key=key))
            if variant == applying or number % 10 == 0:
                later = now + timedelta(milliseconds=1)
                rows.append(an_event("application_submitted", person, later, application_id=person))
    put(services, rows)
    return key


def told_of(key: str, services: Services) -> list[str]:
    found = [one for one in look_at_experiments(services, URL) if one.key == key]
    for one in found:
        note_told(services, one)
    return [one.title for one in found]


@pytest.fixture
def strict(services: Services) -> Services:
    """The same installation with the automatic stop."""
    settings = services.settings.model_copy(update={"experiment_autostop": True})
    return replace(services, settings=settings)


def test_harm_is_told_once_and_noted(services: Services) -> None:
    key = a_test(services, {"control": 400, "tips": 400}, applying="control")
    [title] = told_of(key, services)
    assert "tips harms" in title
    assert told_of(key, services) == []
    assert find_experiment(services.state, key).definition.state == "running"
    [entry] = services.audit.fetch(AuditWish(action="alert_experiment", limit=1))
    assert key in entry.detail
    assert "harmed:applications:tips" in entry.detail


def test_what_harms_is_stopped_where_that_is_wanted(services: Services, strict: Services) -> None:
    key = a_test(services, {"control": 400, "tips": 400}, applying="control")
    assert "it was stopped, since tips harms" in told_of(key, strict)[-1]
    assert find_experiment(services.state, key).definition.state == "stopped"
    noted = services.audit.fetch(AuditWish(action="stop_experiment", limit=9))
    assert [one.actor for one in noted if key in one.detail] == ["landed"]


def test_what_did_not_arrive_is_told_again(services: Services, strict: Services) -> None:
    """A server that is killed between the look and the message loses nothing, the stop least."""
    key = a_test(services, {"control": 400, "tips": 400}, applying="control")

    def found(by: Services) -> list[str]:
        return [one.about for one in look_at_experiments(by, URL) if one.key == key]

    assert found(services) == found(services) == ["harmed:applications:tips"]
    assert found(strict) == ["harmed:applications:tips", "stopped"]
    assert found(strict) == ["stopped"]
    [title] = told_of(key, strict)
    assert "it was stopped, since tips harms" in title
    assert found(strict) == []


def test_a_stop_of_long_ago_is_no_news(services: Services, strict: Services) -> None:
    key = a_test(services, {"control": 400, "tips": 400}, applying="control")
    look_at_experiments(strict, URL)
    later = replace(services, clock=lambda: services.clock() + timedelta(days=2))
    assert "stopped" not in [one.about for one in look_at_experiments(later, URL) if one.key == key]
    now = look_at_experiments(services, URL)
    assert "stopped" in [one.about for one in now if one.key == key]


def test_what_somebody_stopped_is_no_alert(services: Services) -> None:
    key = a_test(services, {"control": 400, "tips": 400}, applying="control")
    stop_experiment(services, key, ACT)
    assert told_of(key, services) == []


def test_without_a_place_for_alerts_the_audit_log_has_them(services: Services) -> None:
    key = a_test(services, {"control": 400, "tips": 400}, applying="control")

    async def watch() -> None:
        job = asyncio.ensure_future(
            watch_experiments_forever(services, Outlets([]), URL, pause_seconds=0.01)
        )
        for _ in range(500):
            await asyncio.sleep(0.02)
            if any(name == key for name, _, _ in fetch_told_alerts(services.state)):
                break
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)

    asyncio.run(watch())
    assert told_of(key, services) == []
    noted = services.audit.fetch(AuditWish(action="alert_experiment", limit=9))
    assert sum(key in one.detail for one in noted) == 1


def test_uneven_variants_are_told_and_nothing_else(services: Services, strict: Services) -> None:
    key = a_test(services, {"control": 400, "tips": 100}, applying="control")
    [title] = told_of(key, strict)
    assert "the variants have not the shares" in title
    assert find_experiment(services.state, key).definition.state == "running"


def test_uneven_assignment_is_told(services: Services) -> None:
    key = a_test(services, {"control": 400, "tips": 400}, applying="control")
    now = services.clock()
    put(
        services,
        [
            an_event(
                "experiment_assigned",
                f"{key}-{variant}-{number}",
                now,
                experiment_id=key,
                variant=variant,
            )
            for variant, count in (("control", 700), ("tips", 400))
            for number in range(count)
        ],
    )
    [title] = told_of(key, services)
    assert "the units are not assigned in the shares" in title
    assert told_of(key, services) == []


def test_variants_that_differed_before_are_told(services: Services) -> None:
    key = a_test(services, {"control": 400, "tips": 400}, applying="neither")
    before = services.clock() - timedelta(days=2)
    rows = []
    for variant, count in (("control", 310), ("tips", 400)):
        for number in range(count):
            person = f"{key}-{variant}-{number}"
            rows += [
                an_event("application_submitted", person, before, application_id=f"{person}-{n}")
                for n in range(2 if variant == "tips" else 1)
            ]
    put(services, rows)
    [title] = told_of(key, services)
    assert "the variants differ in what people did before" in title
    assert told_of(key, services) == []


def test_the_job_sends_what_it_finds(services: Services) -> None:
    key = a_test(services, {"control": 400, "tips": 400}, applying="control")
    got: list[str] = []

    def place(title: str, _: str) -> bool:
        got.append(title)
        return True

    async def watch() -> None:
        outlets = Outlets([place])
        jobs = [
            asyncio.ensure_future(outlets.send_forever()),
            asyncio.ensure_future(
                watch_experiments_forever(services, outlets, URL, pause_seconds=0.01)
            ),
        ]
        for _ in range(500):
            await asyncio.sleep(0.02)
            if any(key in title for title in got):
                break
        for one in jobs:
            one.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

    asyncio.run(watch())
    assert sum(key in title for title in got) == 1
    assert told_of(key, services) == []
