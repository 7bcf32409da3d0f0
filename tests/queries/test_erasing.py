"""Requests about somebody's data on hand-counted rows: who is meant, what goes, what stays."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from landed.collect.exported import leave_out
from landed.errors import InvalidInputError, StoreError
from landed.privacy import (
    Keys,
    digest_subject,
    erasable_of,
    erase_requested,
    erasure,
    fetch_personal_data,
    fetch_requests,
    fetch_subjects,
    finish_erased,
    record_request,
    requests,
    verify_certificate,
    write_personal_html,
    write_personal_json,
)
from landed.privacy.certificates import public_key_of
from landed.state import State
from landed.store import (
    EVENTS_SCHEMA,
    Erasable,
    Store,
    connect,
    count_erasable,
    erase_rows,
)
from tests.queries.event_rows import Row, a_refusal, an_event, as_refusals, as_stream, at

KEYS = Keys(bytes(32), "lw_1", "la_1", "lr_1")
NOW = at(20)


def key(person: str) -> bytes:
    return uuid.uuid5(uuid.NAMESPACE_OID, person).bytes


ROWS = [
    an_event("page_viewed", "ann", at(1), path="/jobs", previous_key=key("old ann").hex()),
    an_event("page_viewed", "ann", at(2), anonymous_key=key("tablet").hex()),
    an_event("page_viewed", "tablet", at(1), previous_key=key("bob").hex()),
    an_event("page_viewed", "old ann", at(1), anonymous_key="no key"),
    an_event("page_viewed", "bob", at(2), anonymous_key=key("tablet").hex()),
    an_event("page_viewed", "bob", at(2), path="/jobs"),
    an_event("referral_made", "bob", at(3), user_key=key("ann").hex()),
]
REFUSED = [
    a_refusal("wrong", at(1), content=json.dumps({"user_id": key("ann").hex()})),
    a_refusal("wrong", at(1), content=json.dumps({"user_id": key("bob").hex()})),
]


@pytest.fixture
def filled(store: Store) -> Store:
    store.insert("events", as_stream(ROWS), token="rows")
    store.insert("quarantine", as_refusals(REFUSED), token="refused")
    return store


def people_left(store: Store) -> list[str]:
    told = b"".join(store.run_sql("SELECT toString(subject_key) FROM events ORDER BY 1"))
    names = {str(uuid.UUID(bytes=key(one))): one for one in ("ann", "bob", "tablet", "old ann")}
    return sorted(names[line] for line in told.decode().splitlines()[1:])


def test_a_person_is_followed_through_their_ids(filled: Store) -> None:
    found = fetch_subjects(filled, key("ann"))
    assert found[0] == key("ann")
    assert set(found) == {key("ann"), key("tablet"), key("old ann")}  # not Bob, by the tablet
    assert fetch_subjects(filled, key("nobody")) == (key("nobody"),)
    assert digest_subject(key("ann")) == hashlib.sha256(key("ann")).hexdigest()


def test_a_chain_of_ids_has_an_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        an_event("page_viewed", f"id {n}", at(1), previous_key=key(f"id {n + 1}").hex())
        for n in range(40)
    ]
    store.insert("events", as_stream(rows), token="rows")
    assert len(fetch_subjects(store, key("id 0"))) == 41
    monkeypatch.setattr(requests, "_MOST_SUBJECTS", 20)
    with pytest.raises(InvalidInputError, match="more than 20 other ids"):
        fetch_subjects(store, key("id 0"))


def test_a_person_with_many_devices(store: Store, state: State) -> None:
    rows = [
        an_event("page_viewed", "ann", at(1), anonymous_key=key(f"device {n}").hex())
        for n in range(300)
    ]
    rows += [an_event("page_viewed", f"device {n}", at(1)) for n in range(300)]
    store.insert("events", as_stream(rows), token="rows")
    found = fetch_personal_data(store, state, key("ann"), NOW, follow_links=True)
    assert len(found.events) == 600
    record_request(store, key("ann"), NOW, follow_links=True)
    erase_requested(store, fetch_requests(store))
    assert fetch_requests(store)[0].events == 600
    assert b"".join(store.run_sql("SELECT count() FROM events")).split()[-1] == b"0"


def test_ten_thousand_requests_are_one_look(filled: Store) -> None:
    digests = [digest_subject(key(f"person {n}")) for n in range(10_000)]
    wanted = Erasable(
        {**dict.fromkeys(digests, NOW), digest_subject(key("ann")): NOW}, frozenset(digests)
    )
    assert count_erasable(filled, wanted)["events"] == {digest_subject(key("ann")): 2}
    erase_rows(filled, "events", wanted)
    assert count_erasable(filled, wanted)["events"].total() == 0


def test_what_is_no_digest_is_in_no_statement(store: Store) -> None:
    with pytest.raises(InvalidInputError, match="64 hexadecimal"):
        count_erasable(store, Erasable({"'] OR 1": NOW}, frozenset()))


def test_who_asks_goes_and_who_shares_a_device_stays(filled: Store) -> None:
    asked = record_request(filled, key("ann"), NOW, follow_links=True)
    assert fetch_requests(filled)[0].state == "received"
    assert count_erasable(filled, erasable_of([asked]))["events"].total() == 5
    erase_requested(filled, fetch_requests(filled))
    assert people_left(filled) == ["bob", "bob"]
    left = filled.query("quarantine_list", {"since": at(0), "until": NOW, "limit": 9, "offset": 0})
    assert [json.loads(row["content"]) for row in left] == [{"user_id": key("bob").hex()}]
    found = fetch_requests(filled, asked.request_id)[0]
    assert (found.state, found.events, found.quarantined) == ("erased", 5, 1)
    answer = found.to_answer()
    assert (answer["due_at"], answer["certificate"]) == (NOW + timedelta(days=30), None)
    assert not set(found.subjects) & set(map(str, answer.values()))


def test_what_comes_later_is_not_meant(filled: Store) -> None:
    asked = record_request(filled, key("bob"), at(2, 12), follow_links=True)
    erase_requested(filled, fetch_requests(filled))
    # What was done on a shared tablet before anybody signed in may be his: it goes.
    assert people_left(filled) == ["ann", "ann", "bob", "old ann"]
    assert fetch_requests(filled, asked.request_id)[0].events == 3
    # Received after the request, but it happened before: a client that was offline.
    late = an_event("page_viewed", "bob", at(2, 6), received_at=at(9))
    filled.insert("events", as_stream([late]), token="late")
    erase_requested(filled, fetch_requests(filled))
    assert people_left(filled).count("bob") == 1


def test_a_certificate_waits_for_the_files(
    filled: Store, monkeypatch: pytest.MonkeyPatch, state: State
) -> None:
    asked = record_request(filled, key("ann"), NOW, follow_links=True)
    unfinished = finish_erased(filled, state, fetch_requests(filled), KEYS, NOW)
    assert [one.state for one in unfinished] == ["received"]
    erase_requested(filled, fetch_requests(filled))
    waiting = finish_erased(filled, state, fetch_requests(filled), KEYS, NOW)
    assert [one.request_id for one in waiting] == [asked.request_id]
    monkeypatch.setattr(erasure, "_files", lambda *_: 0)
    assert finish_erased(filled, state, fetch_requests(filled), KEYS, NOW) == []
    done = fetch_requests(filled)[0]
    assert (done.state, done.events, done.quarantined) == ("done", 5, 1)
    told = verify_certificate(done.certificate, public_key_of(KEYS))
    assert told["subject"] == digest_subject(key("ann"))
    assert [one.get("deleted") for one in told["places"]] == [None, 5, 1, 0, 0, None, None, None]
    assert finish_erased(filled, state, fetch_requests(filled), KEYS, NOW) == []


def test_who_comes_back_from_a_backup_goes_again(
    filled: Store, monkeypatch: pytest.MonkeyPatch, state: State
) -> None:
    monkeypatch.setattr(erasure, "_files", lambda *_: 0)
    record_request(filled, key("ann"), NOW, follow_links=True)
    erase_requested(filled, fetch_requests(filled))
    finish_erased(filled, state, fetch_requests(filled), KEYS, NOW)
    filled.insert("events", as_stream(ROWS[:3]), token="backup")
    erase_requested(filled, fetch_requests(filled))
    assert people_left(filled) == ["bob", "bob"]
    again = fetch_requests(filled)[0]
    assert (again.state, again.events, again.certificate) == ("erased", 8, "")
    erase_requested(filled, fetch_requests(filled))
    assert finish_erased(filled, state, fetch_requests(filled), KEYS, NOW) == []
    assert '"deleted": 8' in fetch_requests(filled)[0].certificate


def test_rows_that_stay_are_no_erasure(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    record_request(filled, key("ann"), NOW, follow_links=True)
    with monkeypatch.context() as broken:
        broken.setattr(erasure, "erase_rows", lambda *_: None)
        with pytest.raises(StoreError, match="6 rows are left"):
            erase_requested(filled, fetch_requests(filled))
    begun = fetch_requests(filled)[0]
    assert (begun.state, begun.begun, begun.events) == ("erasing", (5, 1), 0)
    # A crash after the deletion: nobody can count any more, and what was noted stands.
    erase_rows(filled, "events", erasable_of([begun]))
    erase_requested(filled, fetch_requests(filled))
    assert [(one.state, one.events) for one in fetch_requests(filled)] == [("erased", 5)]


def test_what_was_begun_counts_by_place(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """One table was done before the crash, and a late row came into it: the other's count stays."""
    asked = record_request(filled, key("ann"), NOW, follow_links=True)
    with monkeypatch.context() as broken:
        broken.setattr(erasure, "erase_rows", lambda *_: None)
        with pytest.raises(StoreError):
            erase_requested(filled, fetch_requests(filled))
    erase_rows(filled, "quarantine", erasable_of([asked]))
    late = [an_event("page_viewed", "ann", at(1), received_at=at(25)) for _ in range(3)]
    filled.insert("events", as_stream(late), token="late")
    erase_requested(filled, fetch_requests(filled))
    found = fetch_requests(filled)[0]
    assert (found.events, found.quarantined) == (8, 1)


def test_a_deletion_that_is_under_way_is_waited_for(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = record_request(filled, key("ann"), NOW)
    query = Store.query

    def busy(store: Store, name: str, *given: Any, **more: Any) -> Any:
        return (
            [{"mutations": 1}] if name == "open_mutations" else query(store, name, *given, **more)
        )

    monkeypatch.setattr(Store, "query", busy)
    with pytest.raises(StoreError, match="still carries out"):
        erase_requested(filled, [asked])


def test_claims_of_events_are_not_followed_unasked(filled: Store, state: State) -> None:
    """Whoever has the write key can claim to have been anybody."""
    lie = an_event("page_viewed", "mallory", at(1), anonymous_key=key("bob").hex())
    filled.insert("events", as_stream([lie]), token="lie")
    assert len(fetch_personal_data(filled, state, key("mallory"), NOW).events) == 1
    record_request(filled, key("mallory"), NOW)
    erase_requested(filled, fetch_requests(filled))
    assert people_left(filled).count("bob") == 3


def test_a_group_of_the_same_name_is_no_mention(store: Store, state: State) -> None:
    rows = [
        an_event("group_joined", "bob", at(1), group_key=key("42").hex()),
        an_event(person="42"),
    ]
    store.insert("events", as_stream(rows), token="rows")
    assert len(fetch_personal_data(store, state, key("42"), NOW).events) == 1
    record_request(store, key("42"), NOW)
    erase_requested(store, fetch_requests(store))
    assert people_left(store) == ["bob"]


def test_who_asked_before_may_still_mention(store: Store) -> None:
    """Bob asked, goes on, and names Ann; then Ann asks."""
    store.insert("events", as_stream([an_event("note_taken", "bob", at(1))]), token="one")
    record_request(store, key("bob"), at(2))
    erase_requested(store, fetch_requests(store))
    later = an_event("referral_made", "bob", at(3), user_key=key("ann").hex())
    store.insert("events", as_stream([later]), token="two")
    record_request(store, key("ann"), at(5))
    erase_requested(store, fetch_requests(store))
    assert people_left(store) == []


def test_nothing_is_certified_that_came_back(
    filled: Store, monkeypatch: pytest.MonkeyPatch, state: State
) -> None:
    monkeypatch.setattr(erasure, "_files", lambda *_: 0)
    record_request(filled, key("ann"), NOW)
    erase_requested(filled, fetch_requests(filled))
    late = an_event("page_viewed", "ann", at(1), received_at=at(25))
    filled.insert("events", as_stream([late]), token="late")
    (waiting,) = finish_erased(filled, state, fetch_requests(filled), KEYS, at(26))
    assert waiting.state == "received"
    erase_requested(filled, fetch_requests(filled))
    assert finish_erased(filled, state, fetch_requests(filled), KEYS, at(26)) == []
    assert (
        fetch_requests(filled)[0].events == 4
    )  # two of hers, one that names her, and the late one


def test_nobody_asked(filled: Store) -> None:
    assert erase_requested(filled, []) == []
    assert count_erasable(filled, Erasable({}, frozenset()))["events"].total() == 0
    assert len(people_left(filled)) == len(ROWS)


def test_two_people_at_once_and_each_their_moment(filled: Store) -> None:
    wanted = Erasable(
        {digest_subject(key("ann")): at(2), digest_subject(key("bob")): at(3)},
        frozenset({digest_subject(key("ann")), digest_subject(key("bob"))}),
    )
    erase_rows(filled, "events", wanted)
    # Of each what was before their moment; Bob's event of day 3 names Ann, but after hers, and
    # what was done on the tablet names Bob.
    assert people_left(filled) == ["ann", "bob", "old ann"]


def test_on_a_cluster_every_shard_deletes(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    with connect(database, cluster="two shards") as store:
        monkeypatch.setattr(Store, "execute", lambda _, sql: said.append(sql))
        for table in ("events", "quarantine"):
            erase_rows(store, table, Erasable({"a" * 64: at(1)}, frozenset({"a" * 64})))
    for sql, table in zip(said, ("events", "quarantine"), strict=True):
        assert f"ALTER TABLE `{table}_local` ON CLUSTER `two shards` DELETE" in sql
        assert f"'{at(1).timestamp() * 1000:.0f}'" in sql


def test_everything_that_is_kept(filled: Store, state: State) -> None:
    record_request(filled, key("ann"), NOW)
    found = fetch_personal_data(filled, state, key("ann"), NOW, follow_links=True)
    assert len(found.events) == 4  # the one of Bob's that names her is Bob's
    assert len(fetch_personal_data(filled, state, key("ann"), NOW).events) == 2
    assert [row["reason"] for row in found.quarantined] == ["wrong"]
    told = json.loads(write_personal_json(found))
    assert "/jobs" in [row["properties"].get("path") for row in told["events"]]
    assert told["requests"][0]["state"] == "received"
    assert all("session_id" not in row for row in told["events"])


def test_a_page_shows_what_was_written_and_runs_nothing(store: Store, state: State) -> None:
    rows = [an_event("note_taken", "ann", at(1), note="<script>alert(1)</script>", n=[1, None])]
    store.insert("events", as_stream(rows), token="rows")
    page = write_personal_html(fetch_personal_data(store, state, key("ann"), NOW))
    assert "<script" not in page
    assert "note: &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.count("<p>None.</p>") == 3
    assert "2026-03-02 00:00:00 UTC" in page


def test_an_import_leaves_out_who_was_forgotten() -> None:
    def taken(rows: list[Row], wanted: Erasable) -> int:
        batch = pa.RecordBatch.from_pylist(rows, schema=EVENTS_SCHEMA)
        return int(leave_out(batch, wanted).num_rows)

    ann = digest_subject(key("ann"))
    assert taken(ROWS, Erasable({}, frozenset())) == 7
    assert taken(ROWS, Erasable({ann: NOW}, frozenset({ann}))) == 4  # the one that names her too
    assert taken(ROWS, Erasable({ann: NOW}, frozenset())) == 5
    assert taken(ROWS, Erasable({ann: at(2)}, frozenset({ann}))) == 6
    assert taken([], Erasable({ann: NOW}, frozenset())) == 0


def test_what_may_teach_models_is_told_too(filled: Store, state: State) -> None:
    found = fetch_personal_data(filled, state, key("ann"), NOW)
    assert "training" not in json.loads(write_personal_json(found))
    click = {
        "occurred_on": date(2026, 1, 2),
        "kind": "interaction",
        "action": "click",
        "content": '{"element": "apply-button"}',
    }
    found = replace(found, taught=[click])
    (told,) = json.loads(write_personal_json(found))["training"]
    assert told == {**click, "occurred_on": "2026-01-02", "content": {"element": "apply-button"}}
    page = write_personal_html(found)
    assert "What may teach models (1)" in page
    assert "2026-01-02" in page
    assert "element: apply-button" in page
