"""The stock OpenFeature library with the stock OFREP provider, unmodified: only its host is set."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from landed_client import Client
from landed_client.openfeature import ExposureHook
from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode

from landed.config import Settings
from landed.experiments import Decision, Experiment, Flag, Phase, Rule, Split, Variant, assign
from landed.state import State
from landed.wiring import build_state
from tests.clients.conftest import wait_until
from tests.definitions import keep_definitions
from tests.serving import ADMIN_KEY, WRITE_KEY, Server, serving

HALVES = Split(salt="tips-1", weights=(0.5, 0.5))
TIPS = Experiment(
    key="tips",
    variants=(Variant(key="control"), Variant(key="tips", value="show tips")),
    phases=(Phase(split=HALVES),),
    state="running",
    version=4,
)
ADS = Experiment(
    key="ads",
    unit="company",
    variants=(Variant(key="control"), Variant(key="big")),
    phases=(Phase(split=Split(salt="ads", weights=(0.0, 1.0))),),
    state="running",
)
EDITOR = Flag(
    key="new-editor",
    variants=(Variant(key="off", value=False), Variant(key="on", value=True)),
    default="off",
    rules=(Rule(id="pros", variants=("on",), condition={"plan": "pro"}),),
)
RATE = Flag(key="rate", kind="number", variants=(Variant(key="half", value=0.5),), default="half")
ROWS = Flag(key="rows", kind="number", variants=(Variant(key="nine", value=9),), default="nine")
PROMPT = Flag(
    key="prompt", kind="json", variants=(Variant(key="v1", value={"a": [1]}),), default="v1"
)
EXPOSURES = """
SELECT toString(message_id) AS id, toString(properties) AS properties
FROM events WHERE event = 'experiment_exposed'
"""


def exposure_ids(landed: Server) -> set[str]:
    return {row["id"] for row in landed.sql(EXPOSURES)}


def exposures(landed: Server, before: set[str]) -> list[dict[str, Any]]:
    """Properties of the exposures since, by experiment."""
    rows = [row for row in landed.sql(EXPOSURES) if row["id"] not in before]
    found = [json.loads(row["properties"]) for row in rows]
    return sorted(found, key=lambda one: str(one["experiment_id"]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("flags")


@pytest.fixture(scope="module")
def landed(folder: Path) -> Iterator[Server]:
    with serving(folder) as running:
        yield running


def state_of(folder: Path) -> State:
    """The state of a running server."""
    return build_state(Settings(data=folder))


@pytest.fixture(scope="module")
def state(landed: Server, folder: Path) -> Iterator[State]:
    assert landed.alive()
    found = state_of(folder)
    keep_definitions(found, TIPS, ADS, EDITOR, RATE, ROWS, PROMPT)
    yield found
    found.close()


@pytest.fixture
def client(landed: Server, state: State) -> Iterator[Any]:  # noqa: ARG001 - its definitions
    headers = {"Authorization": f"Bearer {WRITE_KEY}"}
    api.set_provider(OFREPProvider(landed.url, headers_factory=lambda: headers))
    found = api.get_client()
    wait_until(lambda: found.get_string_value("tips", "", someone("tips")) == "show tips", "tips")
    yield found
    api.clear_hooks()
    api.clear_providers()


def someone(variant: str, salt: str = "user", **attributes: Any) -> EvaluationContext:
    """A person whom the experiment deals to a variant."""
    ids = (f"{salt}-{number}" for number in range(99))
    user = next(one for one in ids if assign(TIPS, one, {}).variant == variant)
    return EvaluationContext(user, attributes)


def test_values_of_every_kind(client: Any) -> None:
    pro = EvaluationContext("u", {"plan": "pro", "age": 7})
    assert client.get_boolean_details("new-editor", False, pro).value is True  # noqa: FBT003
    assert client.get_boolean_value("new-editor", default_value=True) is False
    assert client.get_float_value("rate", 0.1) == 0.5
    assert client.get_integer_value("rows", 1) == 9
    assert client.get_object_value("prompt", {}) == {"a": [1]}


def test_details_and_errors(client: Any) -> None:
    found = client.get_string_details("tips", "x", someone("control"))
    assert (found.value, found.variant, found.reason) == ("control", "control", "SPLIT")
    assert found.flag_metadata["version"] == 4
    assert client.get_string_details("tips", "x").error_code == ErrorCode.TARGETING_KEY_MISSING
    assert client.get_string_details("none", "x").error_code == ErrorCode.FLAG_NOT_FOUND
    odd = client.get_string_details("weird key/with:slash", "x")
    assert (odd.value, odd.error_code) == ("x", ErrorCode.FLAG_NOT_FOUND)


def test_the_hook_tells_each_exposure_once(client: Any, landed: Server) -> None:
    before = exposure_ids(landed)
    with Client(landed.url, WRITE_KEY) as sender:
        api.add_hooks([ExposureHook(sender)])
        for _ in range(3):
            client.get_string_value("tips", "", someone("tips", "hooked"))
            client.get_string_value("ads", "", EvaluationContext("u-1", {"company": "acme"}))
            client.get_boolean_value(
                "new-editor", default_value=False, evaluation_context=someone("tips", plan="pro")
            )
            client.get_string_value("tips", "", EvaluationContext(None, {}))
    api.clear_hooks()
    wait_until(lambda: len(exposures(landed, before)) >= 2, "exposures")
    time.sleep(0.3)
    ads, tips = exposures(landed, before)
    assert (ads["experiment_id"], ads["variant"], ads["unit"]) == ("ads", "big", "acme")
    assert (tips["variant"], tips["experiment_version"]) == ("tips", 4)
    assert (tips["salt"], tips["algorithm"]) == ("tips-1", "growthbook_v2")


def test_a_no_holds_within_seconds(client: Any, landed: Server) -> None:
    refuser = someone("tips", "refuser")
    assert client.get_string_value("tips", "", refuser) == "show tips"
    said = {"user_id": refuser.targeting_key, "consents": {"personalisation": False}}
    landed.post("/api/privacy/consents", said, key=ADMIN_KEY).raise_for_status()
    found = client.get_string_details("tips", "", refuser)
    assert (found.value, found.reason) == ("control", "DEFAULT")
    assert found.flag_metadata["why"] == "control"  # a write key does not learn of refusals
    assert "salt" not in found.flag_metadata


def test_a_decision_holds_within_seconds(client: Any, state: State) -> None:
    import msgspec

    won = Decision(variant="tips", made_at=datetime(2026, 1, 1, tzinfo=UTC), why="it helps")
    keep_definitions(state, msgspec.structs.replace(TIPS, state="decided", decision=won))
    control = someone("control")
    wait_until(lambda: client.get_string_value("tips", "", control) == "show tips", "decided", 5)
    keep_definitions(state, TIPS)


def test_a_wrong_key_and_too_many_questions(folder: Path) -> None:
    with serving(folder.with_name("limited"), LANDED_RATE_WRITE="1") as limited:
        headers = {"Authorization": "Bearer lw_wrong"}
        provider = OFREPProvider(limited.url, headers_factory=lambda: headers)
        api.set_provider(provider)
        wrong = api.get_client().get_string_details("tips", "x")
        assert (wrong.value, wrong.error_message) == ("x", "unauthorized")
        path = f"{limited.url}/ofrep/v1/evaluate/flags"
        answers = [httpx.post(path, json={}, auth=(WRITE_KEY, "")) for _ in range(14)]
        told = next(one for one in answers if one.status_code == 429)
        assert int(told.headers["retry-after"]) >= 1
        api.get_client().get_string_details("tips", "x")
        assert provider.retry_after is not None
        api.clear_providers()


def test_the_client_deals_by_itself_what_the_server_answers(
    client: Any, landed: Server, state: State
) -> None:
    with Client(landed.url, WRITE_KEY, read_key=ADMIN_KEY, flags_every_seconds=0.2) as own:
        for number in range(20):
            user = f"both-{number}"
            context = EvaluationContext(user, {"plan": "pro"})
            told = client.get_string_details("tips", "", context)
            assert own.variant("tips", user_id=user, expose=False) == told.variant
            assert own.flag("tips", user_id=user, expose=False) == told.value
        assert own.flag("new-editor", default=False, attributes={"plan": "pro"}) is True
        assert own.flag("new-editor", default=True, user_id="u", consent=False) is False
        assert own.variant("none", "fallback", user_id="u") == "fallback"
        assert own.flag("ads", user_id="u", attributes={"company": "acme"}, expose=False) == "big"
        assert own.refresh_flags() is False  # the tag is known
        keep_definitions(state, Flag(key="young", variants=EDITOR.variants, default="on"))
        wait_until(lambda: own.flag("young", default=False, user_id="u") is True, "young", 5)


@pytest.mark.usefixtures("client")
def test_exposures_are_told_once_when_the_variant_is_asked_for(landed: Server) -> None:
    user = f"met-{uuid.uuid4().hex[:6]}"
    before, known = landed.count(), exposure_ids(landed)
    with Client(landed.url, WRITE_KEY, read_key=ADMIN_KEY) as own:
        own.variant("tips", user_id=user, expose=False)
        for _ in range(3):
            own.variant("tips", user_id=user)
        assert own.exposed("tips", user_id=user)
        assert not own.exposed("new-editor", user_id=user)
        assert not own.exposed("tips", user_id=user, consent=False)
    wait_until(lambda: landed.count() > before + 1, "an assignment and an exposure")
    time.sleep(0.3)
    assert landed.count() == before + 2
    assert len(exposure_ids(landed) - known) == 1


def test_what_was_known_holds_while_the_server_is_away(tmp_path: Path) -> None:
    with serving(tmp_path / "landed") as server:
        with closing(state_of(tmp_path / "landed")) as state:
            keep_definitions(state, EDITOR)
        time.sleep(1.2)
        own = Client(server.url, WRITE_KEY, read_key=ADMIN_KEY, flags_every_seconds=0.1)
        assert own.flag("new-editor", default=False, attributes={"plan": "pro"}) is True
    time.sleep(0.3)
    assert own.flag("new-editor", default=False, attributes={"plan": "pro"}) is True
    assert own.knows_flags
    never = Client(server.url, WRITE_KEY, read_key=ADMIN_KEY)
    assert never.flag("new-editor", "mine", user_id="u") == "mine"
    assert never.variant("tips", user_id="u") is None
    own.close(0.1)
    never.close(0.1)
