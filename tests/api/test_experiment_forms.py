"""What admins do about experiments and flags by the forms of their pages."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from landed.api.sessions import SESSION_COOKIE, Viewer, make_session
from landed.errors import StateError
from landed.experiments.drafting import FlagDraft
from landed.state import AuditWish
from landed.wiring import Services
from landed.wiring.experimenting import Act, put_flag
from tests.api.asking import Client, make_client

PAGE = {"Accept": "text/html"}
PLAN = {
    "name": "Tips beside the CV",
    "hypothesis": "Who sees what is missing adds it.",
    "variants": "control, tips",
    "primary": "click_through_rate",
    "guardrail": "interview_rate",
    "margin": "12.5",
    "segments": "users, device",
    "mde": "10",
    "weeks": "3",
    "coverage": "50",
    "targeting": '{"plan": "premium"}',
}


@pytest.fixture
def admin(services: Services) -> Iterator[Client]:
    """An admin who signed in."""
    with make_client(services) as client:
        sign_in(client, services, "admin")
        yield client


@pytest.fixture
def key() -> str:
    return f"tips-{uuid.uuid4().hex[:8]}"


def sign_in(client: Client, services: Services, role: Any) -> None:
    ends_at = services.clock().replace(year=services.clock().year + 1)
    client.cookies.set(SESSION_COOKIE, make_session(services.keys, Viewer(role), ends_at))


def seal(client: Client) -> str:
    found = re.search(r'name="seal" value="(\w+)"', client.get("/experiments", headers=PAGE).text)
    assert found
    return found[1]


def send(client: Client, path: str, **body: str) -> Any:
    data = {"seal": seal(client), **body}
    return client.post(f"/experiments/{path}", data=data, headers=PAGE, follow_redirects=False)


def told(answer: Any) -> str:
    found = re.search(r'role="alert">(.*?)</p>', answer.text)
    assert found, answer.text
    return html.unescape(found[1])


def test_an_experiment_is_drafted_run_and_decided_by_forms(
    admin: Client, services: Services, key: str
) -> None:
    made = send(admin, "create", key=key, **PLAN)
    assert (made.status_code, made.headers["location"]) == (303, f"/experiments/{key}")
    one = services.catalogue.current().experiments[key]
    assert (one.mde, one.horizon_weeks, one.maturation_days) == (0.1, 3, 21)
    assert one.phase.split.coverage == 0.5
    assert one.guardrails[0].margin == 0.125
    assert one.segments == ("users", "device")
    assert one.targeting == {"plan": "premium"}
    assert one.primary is not None
    assert one.primary.direction == "increase"
    assert key in admin.get("/experiments", headers=PAGE).text
    page = admin.get(f"/experiments/{key}", headers=PAGE).text
    assert "It has not begun: nobody is dealt yet." in page
    assert f'action="/experiments/{key}/start"' in page
    for step, body in (
        ("start", {"sure": "yes"}),
        ("amend", {"mde": "8", "weeks": "4", "why": "Half is too rare."}),
        ("stop", {"sure": "yes"}),
        ("decide", {"variant": "tips", "why": "It is better."}),
        ("archive", {"sure": "yes"}),
    ):
        assert send(admin, f"{key}/{step}", **body).status_code == 303, step
        row = services.audit.fetch(AuditWish(limit=1))[0]
        assert (row.action, row.status) == (f"{step}_experiment", 303)
        assert f'"key":"{key}"' in row.detail.replace(" ", "")
    one = services.catalogue.current().experiments[key]
    assert (one.state, one.mde, one.horizon_weeks) == ("archived", 0.08, 4)
    assert (one.name, one.hypothesis) == (PLAN["name"], PLAN["hypothesis"])
    assert one.decision is not None
    assert one.decision.variant == "tips"
    page = admin.get(f"/experiments/{key}", headers=PAGE).text
    assert "Nobody was exposed yet." in page
    assert "Half is too rare." in page
    assert "everybody gets tips since" in page


def test_a_flag_is_switched_off_and_on(admin: Client, services: Services, key: str) -> None:
    put_flag(services, key, FlagDraft(name="<b>New</b>", rollout=0.2), Act(actor="test"))
    page = admin.get("/experiments", headers=PAGE).text
    assert "&lt;b&gt;New&lt;/b&gt;" in page
    for answer, is_on in (("no", False), ("yes", True)):
        done = send(admin, f"{key}/switch", answer=answer)
        assert (done.status_code, done.headers["location"]) == (303, "/experiments")
        assert services.catalogue.current().flags[key].enabled is is_on


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mde": "much"}, "mde is 'much'; it must be a number"),
        ({"weeks": "1.5"}, "weeks is '1.5'; it must be a whole number"),
        ({"weeks": "99"}, "99 is not 1 to 52 weeks"),
        ({"targeting": "[1]"}, "targeting is '[1]'; it must be a JSON object"),
        ({"weights": "0.5, 0.2"}, "weights"),
        ({"weights": "nan, nan"}, "weights"),
        ({"coverage": "1e999"}, "coverage"),
        ({"variants": ","}, "variants"),
        ({"primary": "nothing"}, "'nothing' is no metric"),
        ({"key": "a b"}, "'a b' is no key"),
        ({"maturation": "1"}, "maturation_days"),
    ],
)
def test_what_is_wrong_with_a_draft_is_told(
    admin: Client, services: Services, key: str, changes: dict[str, str], words: str
) -> None:
    answer = send(admin, "create", **{"key": key, **PLAN, **changes})
    if answer.status_code == 303:  # some faults are told by the draft's own page
        answer = send(admin, f"{key}/start", sure="yes")
    assert answer.status_code == 422
    assert words in told(answer)
    assert services.catalogue.current().experiments.get(key, None) is None or (
        services.catalogue.current().experiments[key].state == "draft"
    )


def test_what_cannot_be_done_now_is_told(admin: Client, key: str) -> None:
    send(admin, "create", key=key, **PLAN)
    assert send(admin, "create", key=key, **PLAN).status_code == 409
    assert "only what is running can be stopped" in told(send(admin, f"{key}/stop", sure="yes"))
    assert "The box was not ticked" in told(send(admin, f"{key}/start"))
    assert send(admin, "none/start", sure="yes").status_code == 404
    assert send(admin, "none/switch", answer="yes").status_code == 404
    assert send(admin, f"{key}/switch", answer="yes").status_code == 404
    assert send(admin, f"{key}/switch", answer="maybe").status_code == 400


def test_a_form_of_another_site_does_nothing(admin: Client, services: Services, key: str) -> None:
    for wrong in ("", "0" * 64, "é"):
        answer = send(admin, "create", **{"key": key, **PLAN, "seal": wrong})
        assert answer.status_code == 422
        assert "does not belong to your session" in told(answer)
    assert key not in services.catalogue.current().experiments


def test_analysts_see_no_forms_and_may_send_none(services: Services, key: str) -> None:
    with make_client(services) as client:
        sign_in(client, services, "analyst")
        assert (
            'method="post" action="/experiments'
            not in client.get("/experiments", headers=PAGE).text
        )
        assert 'name="seal"' not in client.get("/experiments", headers=PAGE).text
        answer = client.post(
            "/experiments/create", data={"key": key, **PLAN}, follow_redirects=False
        )
        assert answer.status_code == 403


def test_open_pages_take_forms_of_their_own_only(services: Services, key: str) -> None:
    """Without a session, what a browser says of the form's origin decides."""
    admin = {"Authorization": f"Bearer {services.keys.admin_key}", **PAGE}
    with make_client(services) as client:
        page = client.get("/experiments", headers=admin).text
        found = re.search(r'name="seal" value="(\w+)"', page)
        assert found
        body = {"key": key, **PLAN, "seal": found[1]}
        for headers, status in (
            ({"Sec-Fetch-Site": "cross-site"}, 422),
            ({"Sec-Fetch-Site": "same-site"}, 422),
            ({"Origin": "null"}, 422),
            ({"Origin": "https://elsewhere.example"}, 422),
            ({"Origin": "http://testserver.local"}, 303),
            ({"Sec-Fetch-Site": "same-origin"}, 409),
            ({}, 409),
        ):
            answer = client.post(
                "/experiments/create",
                data=body,
                headers={**admin, **headers},
                follow_redirects=False,
            )
            assert answer.status_code == status, headers


def test_a_state_that_is_away_is_told(
    admin: Client, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise StateError("the state database does not answer")

    monkeypatch.setattr("landed.api.experiment_forms.create_experiment", away)
    answer = send(admin, "create", key=key, **PLAN)
    assert answer.status_code == 503
    assert "does not answer" in told(answer)
