"""Numbers for the public over HTTP: refused clearly, noted, and the same for the same wish."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from landed.state import AuditWish
from landed.wiring import Services
from tests.api.asking import ADMIN, WRITE, Client, assert_problem, make_client, make_services

PLACE = "/api/privacy/public-aggregates"
WISH: dict[str, Any] = {"kind": "people", "since": "2026-01-01", "until": "2026-02-01"}
WISH |= {"epsilon": 0.5, "by": ["tier"]}


@pytest.fixture
def budgeted(database: str, tmp_path: Path) -> Iterator[Services]:
    """Services with a budget of 1."""
    running = make_services(tmp_path, store=database, public_epsilon=1.0)
    running.start()
    running.store_ready.result(30)
    yield running
    running.close()


@pytest.fixture
def spending(budgeted: Services) -> Iterator[Client]:
    with make_client(budgeted) as client:
        yield client


def test_a_release_is_told_noted_and_told_again(spending: Client, budgeted: Services) -> None:
    plan = spending.post(f"{PLACE}/plan", json=WISH, headers=ADMIN).json()
    assert (plan["cell_count"], plan["left"], plan["is_told"]) == (4, 1.0, False)
    answer = spending.post(PLACE, json=WISH, headers=ADMIN)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (len(told["cells"]), told["noise"]) == (4, plan["release"]["noise"])
    row = budgeted.audit.fetch(AuditWish(action="public_release"))[0]
    detail = {"route": f"POST {PLACE}", "kind": "people", "epsilon": "0.5"}
    assert json.loads(row.detail) == {**detail, "release": told["release_id"]}
    table = spending.post(f"{PLACE}?format=csv", json=WISH, headers=ADMIN)
    assert table.headers["content-type"].startswith("text/csv")
    assert f"{told['cells'][0]['people']}," in table.text
    listed = spending.get(PLACE, headers=ADMIN).json()
    assert (listed["spent"], listed["left"], len(listed["releases"])) == (0.5, 0.5, 1)


def test_what_is_not_left_is_refused(spending: Client, budgeted: Services) -> None:
    body = {**WISH, "epsilon": 1.5}
    problem = assert_problem(spending.post(PLACE, json=body, headers=ADMIN), 409, "budget_spent")
    assert "1 of 1 is left" in problem["message"]
    assert budgeted.audit.fetch(AuditWish(action="public_release"))[0].status == 409


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        ({**WISH, "epsilon": 0}, 422, "$.epsilon"),
        ({**WISH, "kind": "salaries"}, 400, "$.kind"),
        ({**WISH, "subject_key": "x"}, 400, "$"),
        ({**WISH, "most_cells": 0}, 400, "$.most_cells"),
        ({**WISH, "by": ["industry"]}, 422, "$.values.industry"),
        ({**WISH, "since": "yesterday"}, 400, "$.since"),
        ([], 400, "$"),
    ],
)
def test_bad_wishes_are_explained(spending: Client, body: Any, status: int, path: str) -> None:
    for place in (PLACE, f"{PLACE}/plan"):
        answer = spending.post(place, json=body, headers=ADMIN)
        assert answer.status_code == status
        assert answer.json()["path"] == path
    assert spending.get(PLACE, headers=ADMIN).json()["spent"] == 0


def test_it_is_off_without_a_budget_and_not_for_others(client: Client) -> None:
    assert_problem(client.post(PLACE, json=WISH, headers=ADMIN), 404, "public_off")
    assert client.post(f"{PLACE}/plan", json=WISH, headers=ADMIN).status_code == 200
    assert_problem(client.post(PLACE, json=WISH, headers=WRITE), 403, "forbidden")
