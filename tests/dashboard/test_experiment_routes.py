"""The pages of experiments in process: addresses, headers, what is missing, the report."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from landed.dashboard.experiments import fetching
from landed.errors import QueryError
from landed.experiments.analysis import Result
from landed.experiments.types import Experiment, Flag, Phase, Split, Variant
from landed.wiring.demonstrating import keep_definitions
from tests.dashboard.small_app import SmallServices, open_catalogue
from tests.dashboard.test_page_routes import at_noon, make_app
from tests.unit.dashboard.experiment_results import a_health, a_result, an_experiment
from tests.unit.insights.overview_rows import MemoryStore

DRAFT = Experiment(
    key="later:1",
    hypothesis="It helps.",
    variants=(Variant(key="control"), Variant(key="b")),
    phases=(Phase(split=Split(salt="later", weights=(0.5, 0.5))),),
    primary=an_experiment().primary,
)
FLAG = Flag(
    key="new-editor",
    variants=(Variant(key="off", value=False), Variant(key="on", value=True)),
    default="off",
)


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient[Litestar]]:
    monkeypatch.setattr(fetching, "analyse", lambda *_, **__: a_result())
    with TestClient(make_app(MemoryStore(), tmp_path)) as made:
        yield made


@pytest.fixture
def full(client: TestClient[Litestar]) -> TestClient[Litestar]:
    """With an experiment of each state, and a flag."""
    services: SmallServices = client.app.state.services
    ended = an_experiment(key="ended", state="archived", phases=(ended_phase(),))
    definitions: list[Experiment | Flag] = [an_experiment(), DRAFT, ended, FLAG]

    class Desk:
        state, catalogue, clock = services.state, services.catalogue, staticmethod(at_noon)

    keep_definitions(Desk(), definitions, "test")
    return client


def ended_phase() -> Phase:
    return msgspec.structs.replace(
        an_experiment().phase, split=Split(salt="ended", weights=(0.5, 0.5))
    )


def test_the_empty_page_says_how_to_make_the_first(client: TestClient[Litestar]) -> None:
    page = client.get("/experiments")
    assert page.status_code == 200
    assert "Make the first experiment" in page.text
    assert "landed experiments create" in page.text
    assert "No flags yet" in page.text
    assert page.headers["referrer-policy"] == "same-origin"


def test_the_list_has_all_of_them(full: TestClient[Litestar]) -> None:
    page = full.get("/experiments").text
    assert 'href="/experiments/resume-tips"' in page
    assert 'href="/experiments/later%3A1"' in page
    assert "Ship Tips: click-through rate" in page
    assert "12 of 28 days" in page
    assert "new-editor" in page
    assert "Make the first" not in page


def test_the_page_stands_in_its_order(full: TestClient[Litestar]) -> None:
    page = full.get("/experiments/resume-tips")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    names = re.findall(r'<section class="[^"]*" aria-label="([^"]*)"', page.text)
    assert names[:4] == ["Verdict", "Health checks", "Plan", "Effects"]
    assert {"Lifts", "Effect over time", "Power remaining", "Segments"} <= set(names)
    assert "Interview rate, as it comes" in names
    assert "style=" not in page.text  # the policy forbids it
    assert not re.search(r"\bnan\b|\binf\b|\bNone\b", page.text)
    assert full.get("/experiments/later:1").status_code == 200
    assert full.get("/experiments/ended").status_code == 200


def test_a_wrong_address_is_a_clear_page(full: TestClient[Litestar]) -> None:
    for path in ("/experiments/none", "/experiments/none/report.html"):
        answer = full.get(path)
        assert answer.status_code == 404
        assert "there is no experiment" in answer.text
    assert full.get("/experiments/none/report.json").json()["code"] == "not_found"
    for query in ("2", "-1", "<script>"):
        answer = full.get("/experiments/resume-tips", params={"phase": query})
        assert answer.status_code == 422
        assert "<script>alert" not in answer.text
        assert "those that have begun: 1" in answer.text
    assert "begun: none" in full.get("/experiments/later:1?phase=1").text
    assert full.get("/experiments/later:1/report.json").status_code == 503


def test_the_report_stands_alone(full: TestClient[Litestar]) -> None:
    answer = full.get("/experiments/resume-tips/report.html?phase=1")
    assert answer.status_code == 200
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "style-src 'sha256-" in answer.headers["content-security-policy"]
    assert 'filename="experiment-resume-tips-phase-1.html"' in answer.headers["content-disposition"]
    assert "<script" not in answer.text
    assert "<form" not in answer.text
    assert "<link" not in answer.text
    assert not re.search(r'(src|href)="(https?:)?//', answer.text)
    assert "Ship Tips" in answer.text
    assert "<svg" in answer.text


def test_the_json_is_the_result(full: TestClient[Litestar]) -> None:
    answer = full.get("/experiments/resume-tips/report.json")
    assert msgspec.json.decode(answer.content, type=Result) == a_result()
    assert json.loads(answer.content)["verdict"]["kind"] == "ship"


def test_a_failed_check_hides_the_effects(
    full: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = a_result(health=a_health(srm_p=1e-9, srm_failed=True, warnings=("Uneven.",)))
    monkeypatch.setattr(fetching, "analyse", lambda *_, **__: bad)
    page = full.get("/experiments/resume-tips").text
    assert "No effect is shown" in page
    assert 'class="effects"' not in page
    assert "+12.0%" not in page
    assert "Uneven." in full.get("/experiments").text


def test_a_result_is_made_once_a_minute(
    full: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def analyse(*_: Any, **wishes: Any) -> Result:
        asked.append(wishes)
        return a_result()

    monkeypatch.setattr(fetching, "analyse", analyse)
    for _ in range(3):
        full.get("/experiments")
        full.get("/experiments/resume-tips")
    assert len(asked) == 1
    assert asked[0]["phase"] == 1


def test_what_takes_long_or_fails_says_so(
    full: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> Result:
        raise QueryError("the query was too large")

    monkeypatch.setattr(fetching, "analyse", failing)
    for path in ("/experiments", "/experiments/resume-tips"):
        page = full.get(path)
        assert page.status_code == 200
        assert "The result cannot be had: the query was too large" in page.text
    go = threading.Event()

    def slowly(*_: Any, **__: Any) -> Result:
        assert go.wait(20)
        return a_result()

    monkeypatch.setattr(fetching, "_PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(fetching, "analyse", slowly)
    assert "still being computed" in full.get("/experiments/resume-tips").text
    go.set()


def test_a_catalogue_of_a_test_is_that_of_its_folder(tmp_path: Path) -> None:
    assert open_catalogue(tmp_path).current().experiments == {}
