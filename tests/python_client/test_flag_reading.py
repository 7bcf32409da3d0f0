"""Asking for flags: what is known holds, exposures are told once, and memory has a bound."""

from __future__ import annotations

import logging
import multiprocessing
import time
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from landed_client import AsyncClient, Client, LandedError
from landed_client.events.about import About
from landed_client.flags import FlagBook, FlagReader, Whom
from landed_client.flags.reading import Exposures
from landed_client.openfeature import ExposureHook
from openfeature.evaluation_context import EvaluationContext
from openfeature.flag_evaluation import FlagEvaluationDetails, FlagType
from openfeature.hook import HookContext

from landed.experiments import Experiment, Flag, Phase, Split, Variant
from landed.experiments.offered import offer

SPLIT = Split(salt="s", weights=(0.0, 1.0))
PAIR = (Variant(key="control"), Variant(key="new"))
TIPS = Experiment(key="tips", variants=PAIR, phases=(Phase(split=SPLIT),), state="running")
DEVICES = msgspec.structs.replace(TIPS, key="devices", unit="anonymous_id")
ADS = msgspec.structs.replace(TIPS, key="ads", unit="company")
NOTHING = Flag(key="nothing", kind="json", variants=(Variant(key="none"),), default="none")
EVERYTHING = (TIPS, DEVICES, ADS, NOTHING)


class Landed:
    """Answers as the server does, or is away."""

    def __init__(self, *, needs_consent: bool = False) -> None:
        told = offer(EVERYTHING, number=1, needs_consent=needs_consent)
        self.body: Any = msgspec.json.decode(msgspec.json.encode(told))
        self.is_away = False
        self.asked = 0

    def fetch(self, tag: str) -> tuple[Mapping[str, Any], str] | None:
        self.asked += 1
        if self.is_away:
            raise LandedError(0, "away", "It is away.")
        return None if tag == '"1"' else (self.body, '"1"')


class Told:
    """Remembers what was sent."""

    def __init__(self) -> None:
        self.events: list[tuple[About, Mapping[str, Any]]] = []
        self.assigned: list[tuple[About, Mapping[str, Any]]] = []
        self.is_full = False

    def capture(self, event: str, about: About, properties: Mapping[str, Any]) -> bool:
        kinds = {"experiment_exposed": self.events, "experiment_assigned": self.assigned}
        if not self.is_full:
            kinds[event].append((about, properties))
        return not self.is_full


def a_reader(landed: Landed, told: Told, **options: Any) -> FlagReader:
    book = FlagBook(landed.fetch, every_seconds=60)
    return FlagReader(book, Exposures(told.capture, **options))


def test_an_exposure_says_how_it_was_dealt_and_is_told_once() -> None:
    told = Told()
    reader = a_reader(Landed(), told)
    for _ in range(3):
        assert reader.ask("tips", Whom(user_id=42), expose=True)
    assert reader.ask("devices", Whom(user_id="u", anonymous_id="d"), expose=True)
    assert reader.ask("ads", Whom("u", attributes={"company": "acme"}), expose=True)
    for _ in range(2):
        reader.ask("tips", Whom("quiet"), expose=False)
    reader.ask("tips", Whom("quiet", consent=False), expose=False)
    ((quiet, assigned),) = told.assigned
    (who, exposure), (_, devices), (_, ads) = told.events
    assert who == {"user_id": 42}
    assert exposure == {
        "experiment_id": "tips",
        "variant": "new",
        "experiment_version": 1,
        "salt": "s",
        "algorithm": "growthbook_v2",
        "unit": None,
    }
    assert (quiet, assigned) == ({"user_id": "quiet"}, exposure)
    assert devices["unit"] is None
    assert ads["unit"] == "acme"


def test_another_phase_of_the_same_salt_is_told_anew() -> None:
    landed, told = Landed(), Told()
    reader = a_reader(landed, told)
    for phase in (1, 2, 2):
        next(one for one in landed.body["experiments"] if one["key"] == "tips")["phase"] = phase
        assert reader.ask("tips", Whom("u"), expose=True)
    assert len(told.events) == 2


UUID = uuid.UUID("12345678-1234-5678-1234-567812345678")


def test_ids_and_attributes_are_read_as_events_say_them() -> None:
    whom = Whom(UUID, attributes={"company": UUID, "tags": ("a",), "paid": Decimal("2.5")})  # type: ignore[arg-type]
    assert whom == Whom(str(UUID), None, {"company": str(UUID), "tags": ["a"], "paid": 2.5})
    told = Told()
    reader = a_reader(Landed(), told)
    assert reader.ask("ads", whom, expose=True)
    ((who, exposure),) = told.events
    assert (who, exposure["unit"]) == ({"user_id": str(UUID)}, str(UUID))


@pytest.mark.parametrize("wrong", [True, ("u",), {"id": "u"}])
def test_what_is_no_id_is_told(wrong: Any) -> None:
    with pytest.raises(TypeError, match="anonymous_id must be a text or a number, not a"):
        Whom(anonymous_id=wrong)
    with pytest.raises(TypeError, match="a value of type object has no form in JSON"):
        Client(write_key="lw_test", enabled=False).flag("tips", attributes={"a": object()})


@pytest.mark.parametrize(
    ("key", "attributes", "whose"),
    [
        ("tips", {"user_id": 7}, [{"user_id": "7"}]),
        ("devices", {"anonymous_id": "d"}, [{"anonymous_id": "d"}]),
        ("ads", {"company": "acme"}, []),
    ],
)
def test_without_a_person_the_unit_is_it_or_nobody_is_exposed(
    key: str, attributes: dict[str, Any], whose: list[About]
) -> None:
    told = Told()
    found = a_reader(Landed(), told).ask(key, Whom(attributes=attributes), expose=True)
    assert found is not None
    assert found.variant == "new"
    assert found.is_exposure == bool(whose)
    assert [who for who, _ in told.events] == whose


def test_an_exposure_that_was_dropped_is_told_again() -> None:
    told = Told()
    told.is_full = True
    reader = a_reader(Landed(), told)
    reader.ask("tips", Whom("u"), expose=True)
    told.is_full = False
    for _ in range(2):
        reader.ask("tips", Whom("u"), expose=True)
    assert len(told.events) == 1


def test_a_client_without_room_tells_an_exposure_later() -> None:
    client = Client("http://127.0.0.1:9", "lw_test", max_waiting=0)
    client.exposures.tell("u", {"user_id": "u"}, {"variant": "a"})
    client.exposures.tell("u", {"user_id": "u"}, {"variant": "x" * 200_000})
    assert client.dropped == 2
    assert not client.exposures._told
    client.close(0)


def test_memory_has_a_bound() -> None:
    told = Told()
    reader = a_reader(Landed(), told, most=10)
    for number in range(30):
        reader.ask("tips", Whom(f"u-{number}"), expose=True)
    assert len(told.events) == 30
    reader.ask("tips", Whom("u-29"), expose=True)
    assert len(told.events) == 30
    reader.ask("tips", Whom("u-0"), expose=True)
    assert len(told.events) == 31


def test_without_consent_nobody_is_dealt_or_exposed() -> None:
    told = Told()
    reader = a_reader(Landed(needs_consent=True), told)
    for whom in (Whom("u"), Whom("u", consent=False)):
        found = reader.ask("tips", whom, expose=True)
        assert found is not None
        assert (found.variant, found.reason) == ("control", "no_consent")
    assert told.events == []
    assert reader.ask("tips", Whom("u", consent=True), expose=True)
    assert len(told.events) == 1


def test_what_was_known_holds_and_what_is_no_offer_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    landed = Landed()
    book = FlagBook(landed.fetch, every_seconds=0.02)
    assert book.current() is not None
    landed.is_away = True
    with caplog.at_level(logging.WARNING, "landed_client"):
        time.sleep(0.2)
    assert "flags are old" in caplog.text
    assert book.current() is not None
    landed.is_away, landed.body = False, {"flags": 5}
    with pytest.raises(LandedError, match="no offer"):
        FlagBook(landed.fetch, every_seconds=60).refresh()
    book.stop()


def test_a_server_that_was_never_there_is_asked_again() -> None:
    landed = Landed()
    landed.is_away = True
    book = FlagBook(landed.fetch, every_seconds=0.02)
    assert book.current() is None
    landed.is_away = False
    end = time.monotonic() + 5
    while book.current() is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    book.stop()
    stopped = FlagBook(landed.fetch, every_seconds=60)
    stopped.stop()
    assert stopped.current() is None


def test_a_forked_child_knows_what_its_parent_knew_and_reads_anew() -> None:
    landed = Landed()
    book = FlagBook(landed.fetch, every_seconds=60)
    assert book.current() is not None
    queue = multiprocessing.get_context("fork").Queue()

    def child() -> None:
        queue.put((book.current() is not None, book._is_watched))

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    assert queue.get(timeout=10) == (True, True)
    process.join(10)
    book.stop()


def test_a_forked_child_tells_exposures_though_its_parent_held_the_lock() -> None:
    told = Told()
    exposures = Exposures(told.capture)
    queue = multiprocessing.get_context("fork").Queue()

    def child() -> None:
        exposures.tell("u", {"user_id": "u"}, {"variant": "a"})
        queue.put(len(told.events))

    process = multiprocessing.get_context("fork").Process(target=child)
    with exposures._lock:
        process.start()
    try:
        assert queue.get(timeout=10) == 1
    finally:
        process.kill()
        process.join(10)


def test_a_value_of_null_is_the_codes_own_default() -> None:
    client = Client(write_key="lw_test", enabled=True)
    client._flags = a_reader(Landed(), Told())
    assert client.flag("nothing", "mine", user_id="u") == "mine"
    assert client.variant("nothing", user_id="u") == "none"
    client.close(0)


async def test_the_same_for_asyncio() -> None:
    told = Told()
    async with AsyncClient(write_key="lw_test", enabled=False) as off:
        assert await off.flag("tips", "mine", user_id="u") == "mine"
    client = AsyncClient(write_key="lw_test")
    book = FlagBook(Landed().fetch, every_seconds=60)
    client.client._book = book
    client.client._flags = FlagReader(book, Exposures(told.capture))
    assert await client.variant("tips", user_id="u") == "new"
    assert await client.flag("tips", user_id="u") == "new"
    assert await client.exposed("tips", user_id="u")
    assert len(told.events) == 1
    client.client.close(0)


@pytest.mark.parametrize(
    ("metadata", "context", "about"),
    [
        ({"exposure": True}, EvaluationContext("u"), {"user_id": "u"}),
        (
            {"exposure": True, "unit": "anonymous_id"},
            EvaluationContext("u", {"anonymous_id": "d"}),
            {"anonymous_id": "d"},
        ),
        (
            {"exposure": True, "unit": "company"},
            EvaluationContext("u", {"company": "acme"}),
            {"user_id": "u"},
        ),
        ({"exposure": True, "unit": "company"}, EvaluationContext(None, {"company": "a"}), None),
        ({"exposure": True}, EvaluationContext(None), None),
        ({"exposure": False}, EvaluationContext("u"), None),
        ({}, EvaluationContext("u"), None),
    ],
)
def test_the_hook_tells_whose_exposure_it_is(
    metadata: dict[str, Any], context: EvaluationContext, about: About | None
) -> None:
    told = hooked((metadata, context))
    assert [who for who, _ in told.events] == ([] if about is None else [about])


@pytest.mark.parametrize(
    ("company", "unit"), [(0, "0"), (True, "true"), (3.0, "3"), ("acme", "acme"), ("", None)]
)
def test_the_hook_names_the_unit_as_the_server_does(company: Any, unit: str | None) -> None:
    context = EvaluationContext("u", {"company": company})
    told = hooked(({"exposure": True, "unit": "company"}, context))
    assert [exposure["unit"] for _, exposure in told.events] == ([] if unit is None else [unit])


def test_the_hook_tells_another_phase_anew() -> None:
    answers = [{"exposure": True, "salt": "s", "phase": phase} for phase in (1, 2, 2)]
    told = hooked(*((metadata, EvaluationContext("u")) for metadata in answers))
    assert len(told.events) == 2


def hooked(*answers: tuple[dict[str, Any], EvaluationContext]) -> Told:
    """What the hook tells of these answers."""
    told = Told()
    client = Client(write_key="lw_test", enabled=False)
    client.exposures = Exposures(told.capture)
    hook = ExposureHook(client)
    for metadata, context in answers:
        details: FlagEvaluationDetails[Any] = FlagEvaluationDetails(
            "tips", "new", "new", flag_metadata=metadata
        )
        hook.after(HookContext("tips", FlagType.STRING, "control", context), details, {})
    return told
