"""What a person does at /me: by the page's own forms, for themselves, and not too often."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from landed.api import limits
from landed.api.limits import Gate
from landed.api.sessions import Viewer, make_session, verify_session
from landed.errors import StoreError
from landed.experiments.testers import fingerprint
from landed.privacy import digest_subject, fetch_permissions, fetch_requests
from landed.state import AuditRow, AuditWish
from landed.wiring import Services, publish_text
from tests.api.asking import ADMIN, Client, assert_problem, make_client

PAGE = {"Accept": "text/html"}


@pytest.fixture
def who() -> str:
    return f"own-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def own(services: Services, who: str) -> Iterator[Client]:
    """A person who came by their link."""
    with make_client(services) as client:
        enter(client, who)
        yield client


def enter(client: Client, who: str) -> None:
    made = client.post("/api/admin/person-link", json={"user_id": who}, headers=ADMIN).json()
    assert client.get(made["path"], headers=PAGE, follow_redirects=False).status_code == 303


def forms(client: Client) -> dict[str, dict[str, str]]:
    """The page's forms: what each sends, by address, and of switches by purpose."""
    page = client.get("/me", headers=PAGE).text
    found = {}
    for action, body in re.findall(r'<form action="(/me/\w+)".*?>(.*?)</form>', page, re.DOTALL):
        sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', body))
        sent.pop("sure", None)
        found[sent.get("purpose", action)] = sent
    return found


def send(client: Client, path: str, **body: str) -> Any:
    return client.post(path, data=body, headers=PAGE, follow_redirects=False)


def last(services: Services) -> AuditRow:
    return services.audit.fetch(AuditWish(limit=1))[0]


def test_each_purpose_is_switched(own: Client, services: Services, who: str) -> None:
    key = services.subject_key(who)
    assert forms(own)["training"]["answer"] == "yes"
    assert forms(own)["analytics"]["answer"] == "no"
    for purpose, wanted in (("training", True), ("analytics", False), ("training", False)):
        answer = send(own, "/me/consents", **forms(own)[purpose])
        assert (answer.status_code, answer.headers["location"]) == (303, "/me")
        row = last(services)
        assert (row.action, row.actor, row.status) == ("consent", "person", 303)
        assert row.subject == digest_subject(key)
        found = fetch_permissions(services.state, [key])
        allowed: dict[str, bool] = {one.purpose: one.allowed for one in found.purposes}
        assert allowed[purpose] is wanted
        assert {one.source for one in found.history} == {"own page"}
    assert not services.people.may_keep([key])
    assert "You said no on" in own.get("/me", headers=PAGE).text


def test_the_text_and_its_version_are_shown(own: Client, services: Services) -> None:
    publish_text(services, "messages", basis="consent", text="May <we> write?", renew=False)
    send(own, "/me/consents", **forms(own)["messages"])
    page = own.get("/me", headers=PAGE).text
    assert "May &lt;we&gt; write?" in page
    before = forms(own)["messages"]["version"]
    publish_text(services, "messages", basis="consent", text="May we still?", renew=True)
    page = own.get("/me", headers=PAGE).text
    assert "May we still?" in page
    assert f"You were asked with version {before}: “May &lt;we&gt; write?”" in page
    assert forms(own)["messages"]["answer"] == "yes"


def test_the_page_speaks_to_the_person_and_not_of_them(own: Client) -> None:
    page = own.get("/me", headers=PAGE).text
    assert "there is no event of yours" in page
    for words in ("the person", "this person", "send the id"):
        assert words not in page.lower()


def test_restriction_takes_the_data_out_and_puts_them_back(
    own: Client, services: Services, who: str
) -> None:
    assert send(own, "/me/restriction", **forms(own)["/me/restriction"]).status_code == 303
    assert last(services).action == "restriction"
    key = services.subject_key(who)
    assert fetch_permissions(services.state, [key]).restricted_since is not None
    page = own.get("/me", headers=PAGE).text
    assert "Use them again" in page
    assert "your data are not used" in page
    send(own, "/me/restriction", **forms(own)["/me/restriction"])
    assert fetch_permissions(services.state, [key]).restricted_since is None


def test_to_be_forgotten_is_asked_taken_back_and_confirmed(
    own: Client, client: Client, services: Services, who: str
) -> None:
    def mine() -> list[Any]:
        digest = digest_subject(services.subject_key(who))
        return [one for one in fetch_requests(services.store) if digest in one.subjects]

    refused = send(own, "/me/erasure", **forms(own)["/me/erasure"])
    assert (refused.status_code, "The box was not ticked" in refused.text) == (422, True)
    assert 'aria-label="Pages"' not in refused.text
    assert mine() == []
    send(own, "/me/erasure", **forms(own)["/me/erasure"], sure="yes")
    assert [one.state for one in mine()] == ["asked"]
    assert last(services).action == "erasure"
    assert "You asked on" in own.get("/me", headers=PAGE).text
    send(own, "/me/erasure", **forms(own)["/me/erasure"])
    assert [one.state for one in mine()] == ["withdrawn"]
    send(own, "/me/erasure", **forms(own)["/me/erasure"], sure="yes")
    asked = next(one for one in mine() if one.state == "asked")
    body = {"request_id": asked.request_id}
    services.asked.clear()
    told = client.post("/api/privacy/confirmations", json=body, headers=ADMIN)
    assert (told.status_code, told.json()["state"]) == (200, "received")
    assert services.asked.is_set()
    assert last(services).action == "confirm_erasure"
    again = client.post("/api/privacy/confirmations", json=body, headers=ADMIN)
    assert "only one that is asked" in assert_problem(again, 422, "invalid_input")["message"]
    page = own.get("/me", headers=PAGE).text
    assert "under way" in page


def test_it_is_carried_out_at_once_where_that_is_set(
    own: Client, services: Services, who: str
) -> None:
    own.app.state.services.settings.__dict__["own_erasure"] = "at_once"
    try:
        assert "It begins at once" in own.get("/me", headers=PAGE).text
        send(own, "/me/erasure", **forms(own)["/me/erasure"], sure="yes")
    finally:
        services.settings.__dict__["own_erasure"] = "confirm"
    digest = digest_subject(services.subject_key(who))
    found = [one for one in fetch_requests(services.store) if digest in one.subjects]
    assert [one.state for one in found] == ["received"]


def test_who_asks_to_be_forgotten_is_no_tester_any_more(
    client: Client, services: Services, who: str
) -> None:
    """The id is known when the link is made, and only then: the link tells it the page, sealed."""
    flag = f"flag-{who}"
    path = f"/api/flags/{flag}"
    client.put(path, json={"testers": {who: "on"}}, headers=ADMIN)
    tester = fingerprint(flag, who)
    before = client.put(path, json={"name": "Flag", "overrides": {}}, headers=ADMIN).json()
    assert before["definition"]["overrides"] == {}
    with make_client(services) as own:
        made = own.post("/api/admin/person-link", json={"user_id": who}, headers=ADMIN).json()
        assert tester not in made["path"]
        own.get(made["path"], headers=PAGE)
        assert tester in client.get(path, headers=ADMIN).text  # in the history
        send(own, "/me/erasure", **forms(own)["/me/erasure"], sure="yes")
        assert tester not in client.get(path, headers=ADMIN).text
    digest = digest_subject(services.subject_key(who))
    [request] = [one for one in fetch_requests(services.store) if digest in one.subjects]
    assert (request.state, request.testers) == ("asked", 1)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/me/consents", {"purpose": "training", "answer": "yes", "version": "0"}),
        ("/me/restriction", {"answer": "yes"}),
        ("/me/erasure", {"answer": "yes", "sure": "yes"}),
    ],
)
def test_no_other_site_can_send_the_forms(
    own: Client, services: Services, who: str, path: str, body: dict[str, str]
) -> None:
    assert_problem(own.post(path, data=body), 400, "malformed_request")
    for seal in ("", "0" * 64, "ü"):
        answer = send(own, path, seal=seal, **body)
        assert answer.status_code == 422
        assert "does not belong to your session" in answer.text
    key = services.subject_key(who)
    assert fetch_permissions(services.state, [key]).history == ()
    with make_client(services) as other:
        enter(other, "somebody else")
        sealed = forms(own)["/me/restriction"]["seal"]
        assert send(other, path, seal=sealed, **body).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {"purpose": "nonsense", "answer": "yes", "version": "0"},
        {"purpose": "training", "answer": "maybe", "version": "0"},
        {"purpose": "training", "answer": "yes", "version": "one"},
    ],
)
def test_what_no_form_sends_is_refused(own: Client, body: dict[str, str]) -> None:
    assert own.post("/me/consents", data={"seal": "x", **body}).status_code == 400


def test_a_version_that_is_not_there_is_told_on_a_page(own: Client) -> None:
    sent = forms(own)["training"] | {"version": "9999"}
    answer = send(own, "/me/consents", **sent)
    assert (answer.status_code, answer.headers["cache-control"]) == (422, "no-store")
    assert "There is no version 9999" in answer.text


def test_a_store_that_is_away_is_told_on_a_page(
    own: Client, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = forms(own)["/me/erasure"]

    def away(*_: object, **__: object) -> None:
        raise StoreError("The store is away.")

    monkeypatch.setattr(type(services.store), "note_privacy_request", away)
    answer = send(own, "/me/erasure", **sent, sure="yes")
    assert (answer.status_code, "The store is away." in answer.text) == (503, True)


def test_a_person_cannot_ask_too_often(
    own: Client, monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    monkeypatch.setattr(limits, "_OWN_BURST_SECONDS", 20.0)
    monkeypatch.setattr(own.app.state, "gate", Gate(services.settings))
    assert [own.get("/me/data").status_code for _ in range(3)] == [200, 200, 429]
    assert int(own.get("/me/data").headers["retry-after"]) >= 1
    answer = send(own, "/me/consents", **forms(own)["training"])
    assert (answer.status_code, "a few times just now" in answer.text) == (429, True)
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("body", [{}, {"request_id": ""}, {"request_id": "x", "more": 1}])
def test_a_word_that_cannot_be_read(client: Client, body: dict[str, object]) -> None:
    answer = client.post("/api/privacy/confirmations", json=body, headers=ADMIN)
    assert_problem(answer, 400, "malformed_request")


def test_a_word_to_no_request(client: Client) -> None:
    body = {"request_id": str(uuid.uuid4())}
    answer = client.post("/api/privacy/confirmations", json=body, headers=ADMIN)
    assert_problem(answer, 404, "not_found")


def test_a_link_hides_the_pseudonym_of_the_training_zone(services: Services) -> None:
    viewer = Viewer("person", "a" * 32, zone="b" * 32)
    now = services.clock()
    token = make_session(services.keys, viewer, now.replace(year=now.year + 1))
    assert verify_session(token, services.keys, now) == viewer
    assert viewer.zone not in token
    hidden = token.partition("-")[2][:64]
    other = Viewer("person", "c" * 32, zone="d" * 32)
    theirs = make_session(services.keys, other, now.replace(year=now.year + 1))
    forged = theirs.replace(theirs.partition("-")[2][:64], hidden)
    assert verify_session(forged, services.keys, now) is None
    assert make_session(services.keys, Viewer("person", "a" * 32), now).count("-") == 0


@pytest.mark.parametrize("zone", ["", "b" * 32])
def test_a_link_hides_whether_somebody_is_a_tester(services: Services, zone: str) -> None:
    viewer = Viewer("person", "a" * 32, zone=zone, tester=("c" * 32, "d" * 32))
    now = services.clock()
    token = make_session(services.keys, viewer, now.replace(year=now.year + 1))
    assert verify_session(token, services.keys, now) == viewer
    assert not any(one in token for one in viewer.tester)
