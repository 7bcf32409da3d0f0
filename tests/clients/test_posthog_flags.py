"""The stock PostHog library for Python, unmodified: flags, payloads, and exposures."""

from __future__ import annotations

import importlib
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from landed.config import Settings
from landed.experiments import Experiment, Flag, Phase, Rule, Split, Variant, assign
from landed.experiments.testers import fingerprint
from landed.wiring import build_state
from tests.clients.conftest import wait_until
from tests.definitions import keep_definitions
from tests.serving import WRITE_KEY, Server, serving

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # hosts still use them
Posthog: Any = importlib.import_module("posthog").Posthog

TIPS = Experiment(
    key="tips",
    variants=(Variant(key="control"), Variant(key="tips", value={"rows": 9})),
    phases=(Phase(split=Split(salt="tips-1", weights=(0.5, 0.5), coverage=0.5)),),
    overrides={fingerprint("tips", "tester"): "tips"},
    state="running",
    version=4,
)
EDITOR = Flag(
    key="new-editor",
    variants=(Variant(key="off", value=False), Variant(key="on", value=True)),
    default="off",
    rules=(Rule(id="pros", variants=("on",), condition={"plan": "pro"}),),
)
BANNER = Flag(
    key="banner", kind="string", variants=(Variant(key="a", value="Welcome"),), default="a"
)


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("flags")
    with serving(folder) as running:
        state = build_state(Settings(data=folder))
        keep_definitions(state, TIPS, EDITOR, BANNER)
        yield running
        state.close()


@pytest.fixture
def client(landed: Server) -> Iterator[Any]:
    errors: list[Any] = []
    found = Posthog(WRITE_KEY, host=landed.url, on_error=lambda error, _: errors.append(error))
    wait_until(lambda: found.get_all_flags("u").get("banner") == "Welcome", "definitions")
    yield found
    found.shutdown()
    assert errors == []


def someone(variant: str | None) -> str:
    """A person whom the experiment deals to a variant, or to none."""
    ids = (uuid.uuid4().hex for _ in range(999))
    return next(one for one in ids if assign(TIPS, one, {}).variant == variant)


def told(landed: Server, *, count: int) -> list[tuple[str, str, str]]:
    """Event, key and answer of all that was told of flags."""
    statement = "SELECT event, toString(properties) AS properties FROM events"
    wait_until(lambda: len(landed.sql(statement)) >= count, "events")
    rows = [(row["event"], json.loads(row["properties"])) for row in landed.sql(statement)]
    return sorted(
        (
            event,
            one.get("experiment_id") or one["flag_key"],
            one.get("variant") or one["answer"],
        )
        for event, one in rows
    )


def test_flags_payloads_and_exposures(landed: Server, client: Any) -> None:
    user, outside = someone("tips"), someone(None)
    assert client.get_feature_flag("tips", user) == "tips"
    assert client.get_feature_flag_payload("tips", user) == {"rows": 9}
    assert client.get_feature_flag("tips", outside) is False
    assert client.get_feature_flag("tips", "tester") == "tips"
    assert client.get_feature_flag("banner", user) == "Welcome"
    assert client.get_feature_flag("never-heard-of", user) is None
    pro = {"person_properties": {"plan": "pro"}}
    assert client.feature_enabled("new-editor", user, **pro) is True
    assert client.feature_enabled("new-editor", user) is False
    everything = client.get_all_flags_and_payloads(user)
    assert everything["featureFlags"] == {"tips": "tips", "new-editor": False, "banner": "Welcome"}
    client.flush()
    found = told(landed, count=7)
    assert [one for one in found if one[0] == "experiment_exposed"] == [
        ("experiment_exposed", "tips", "tips")
    ]
    assert {one[0] for one in found} == {"experiment_exposed", "feature_flag_called"}
    assert ("feature_flag_called", "tips", "false") in found
    assert ("feature_flag_called", "banner", "Welcome") in found
    told_version = "SELECT properties.experiment_version AS version FROM events "
    (row,) = landed.sql(told_version + "WHERE event = 'experiment_exposed'")
    assert int(row["version"]) == 4


def test_a_wrong_key_gets_no_flags(landed: Server) -> None:
    client = Posthog("lw_wrong", host=landed.url, on_error=lambda *_: None)
    assert client.get_feature_flag("tips", "u") is None
    client.shutdown()
