"""What people allow, on both databases: by an independent model, and across servers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landed.errors import InvalidInputError, StateError
from landed.privacy import (
    PURPOSES,
    ConsentBook,
    digest_subject,
    fetch_permissions,
    fetch_rules,
    publish_purpose,
    record_consents,
)
from landed.privacy import consents as consents_module
from landed.state import (
    State,
    add_consents,
    delete_people,
    end_restrictions,
    fetch_history,
    fetch_latest,
    fetch_restrictions,
    start_restriction,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANN, BOB, TABLET = b"a" * 16, b"b" * 16, b"t" * 16


def say(state: State, who: bytes, at: int = 0, **answers: bool) -> None:
    said: Any = answers
    record_consents(state, who, said, source="settings", now=NOW + timedelta(minutes=at))


def test_silence_means_what_the_basis_says(state: State) -> None:
    allowed = {one.purpose: one.allowed for one in fetch_permissions(state, [ANN]).purposes}
    assert allowed == {
        "analytics": True,
        "personalisation": True,
        "training": False,
        "messages": False,
    }
    assert tuple(allowed) == PURPOSES


def test_the_last_word_counts_and_all_are_kept(state: State) -> None:
    say(state, ANN, 0, training=True, analytics=False)
    say(state, BOB, 1, training=True)
    say(state, ANN, 2, training=False)
    found = fetch_permissions(state, [ANN])
    assert not found.allows("training")
    assert not found.allows("analytics")
    assert [(row.purpose, row.granted, row.source) for row in found.history] == [
        ("training", True, "settings"),
        ("analytics", False, "settings"),
        ("training", False, "settings"),
    ]
    assert found.history[-1].said_at == NOW + timedelta(minutes=2)
    assert fetch_permissions(state, [BOB]).allows("training")
    last = fetch_latest(state, digest_subject(ANN), "training")
    assert last is not None
    assert not last.granted
    assert fetch_latest(state, digest_subject(ANN), "messages") is None


def test_a_person_is_known_by_a_digest_only(state: State) -> None:
    say(state, ANN, training=True)
    assert fetch_history(state, [ANN.hex()]) == []
    assert [row.subject for row in fetch_history(state, [digest_subject(ANN)])] == [
        digest_subject(ANN)
    ]


def test_what_was_said_under_other_ids_is_history_only(state: State) -> None:
    say(state, TABLET, analytics=False)
    start_restriction(state, digest_subject(TABLET), NOW)
    found = fetch_permissions(state, [ANN, TABLET])
    assert found.allows("analytics")
    assert found.restricted_since is None
    assert len(found.history) == len(found.restrictions) == 1


def test_a_renewed_text_asks_again_but_a_no_stays_a_no(state: State) -> None:
    publish_purpose(state, "training", basis="consent", text="May we?", renew=False, now=NOW)
    say(state, ANN, training=True)
    say(state, BOB, training=False)
    say(state, BOB, analytics=True)
    rule = publish_purpose(state, "training", basis="consent", text="And X?", renew=False, now=NOW)
    assert (rule.version, rule.renewed) == (2, 0)
    assert fetch_permissions(state, [ANN]).allows("training")
    rule = publish_purpose(state, "training", basis="consent", text="And Y?", renew=True, now=NOW)
    assert (rule.version, rule.renewed, rule.text, rule.since) == (3, 3, "And Y?", NOW)
    assert not fetch_permissions(state, [ANN]).allows("training")
    assert not fetch_permissions(state, [BOB]).allows("training")
    say(state, ANN, training=True)
    assert fetch_permissions(state, [ANN]).allows("training")


def test_a_yes_to_an_older_text_is_kept_as_that(state: State) -> None:
    for words in ("One?", "Two?"):
        publish_purpose(state, "training", basis="consent", text=words, renew=True, now=NOW)
    said: Any = {"training": True}
    record_consents(state, ANN, said, source="paper", now=NOW, version=1)
    assert not fetch_permissions(state, [ANN]).allows("training")
    with pytest.raises(InvalidInputError, match="no version 3 of training"):
        record_consents(state, ANN, said, source="paper", now=NOW, version=3)


@pytest.mark.parametrize("text", ["", "  \n", "x" * 20_001])
def test_a_text_must_say_something(state: State, text: str) -> None:
    with pytest.raises(InvalidInputError, match="what people"):
        publish_purpose(state, "training", basis="consent", text=text, renew=False, now=NOW)
    assert fetch_rules(state)["training"].version == 0


def test_the_book_follows_what_others_write(state: State) -> None:
    book = ConsentBook(state)
    assert book.refresh()
    assert book.is_open
    assert not book.refresh()
    say(state, ANN, analytics=False)
    assert book.is_open  # it has not looked yet
    assert book.refresh()
    assert not book.is_open
    assert not book.may_keep([ANN])
    assert book.may_keep([BOB])
    assert not book.may_keep([BOB, ANN])  # one no is enough
    say(state, ANN, analytics=True)
    book.refresh()
    assert book.is_open
    assert book.may_keep([ANN])


def test_restricted_people_are_not_kept_until_it_is_lifted(state: State) -> None:
    book = ConsentBook(state)
    assert book.restrictions_mark is None
    start_restriction(state, digest_subject(ANN), NOW)
    book.refresh()
    first = book.restrictions_mark
    start_restriction(state, digest_subject(ANN), NOW + timedelta(hours=1))
    book.refresh()
    assert None is not first != book.restrictions_mark
    assert not book.may_keep([ANN])
    assert book.may_keep([BOB])
    found = fetch_permissions(state, [ANN])
    assert found.restricted_since == NOW
    assert not any(one.allowed for one in found.purposes)
    end_restrictions(state, digest_subject(ANN), NOW + timedelta(hours=2))
    book.refresh()
    assert book.may_keep([ANN])
    assert book.restrictions_mark is None
    assert fetch_restrictions(state) == []
    (past,) = fetch_restrictions(state, [digest_subject(ANN)])
    assert past.lifted_at == NOW + timedelta(hours=2)


def test_who_refuses_personalisation_is_kept_and_not_dealt(state: State) -> None:
    book = ConsentBook(state)
    assert book.deals_everybody
    say(state, ANN, personalisation=False)
    book.refresh()
    assert book.is_open
    assert not book.deals_everybody
    assert book.may_keep([ANN])
    assert not book.may_deal([BOB, ANN])
    assert book.may_deal([BOB])
    assert book.may_deal([])
    say(state, ANN, personalisation=True)
    start_restriction(state, digest_subject(BOB), NOW)
    book.refresh()
    assert book.may_deal([ANN])
    assert not book.may_deal([BOB])


def test_where_silence_is_a_no_only_a_yes_is_dealt(state: State) -> None:
    book = ConsentBook(state)
    publish_purpose(
        state, "personalisation", basis="consent", text="May we try?", renew=False, now=NOW
    )
    say(state, ANN, personalisation=True)
    book.refresh()
    assert not book.deals_in_silence
    assert book.may_deal([ANN])
    assert not book.may_deal([BOB])
    assert not book.may_deal([])


def test_where_the_basis_is_consent_only_a_yes_is_kept(state: State) -> None:
    book = ConsentBook(state)
    say(state, ANN, analytics=True)
    publish_purpose(state, "analytics", basis="consent", text="May we count?", renew=False, now=NOW)
    book.refresh()
    assert not book.is_open
    assert book.may_keep([ANN])
    assert not book.may_keep([BOB])
    assert book.may_keep([BOB, ANN])  # the device said yes before its user was known
    publish_purpose(state, "analytics", basis="consent", text="And this?", renew=True, now=NOW)
    book.refresh()
    assert not book.may_keep([ANN])
    say(state, ANN, analytics=True)
    book.refresh()
    assert book.may_keep([ANN])


def test_who_is_forgotten_is_as_if_never_seen(state: State) -> None:
    book = ConsentBook(state)
    say(state, ANN, 0, analytics=False, training=True)
    say(state, ANN, 10, messages=True)
    start_restriction(state, digest_subject(ANN), NOW)
    book.refresh()
    until = NOW + timedelta(minutes=5)
    assert delete_people(state, {digest_subject(ANN): until, digest_subject(BOB): until}) == 3
    book.refresh()
    assert book.may_keep([ANN])
    assert [row.purpose for row in fetch_permissions(state, [ANN]).history] == ["messages"]


def test_the_answer_names_nobody(state: State) -> None:
    say(state, ANN, training=True)
    start_restriction(state, digest_subject(ANN), NOW)
    answer = fetch_permissions(state, [ANN]).to_answer()
    assert digest_subject(ANN) not in str(answer)
    assert answer["purposes"]["training"] == {
        "allowed": False,
        "basis": "consent",
        "said": True,
        "said_at": NOW,
        "version": 0,
    }
    assert answer["restricted_since"] == NOW
    assert answer["restrictions"] == [{"since": NOW, "lifted_at": None}]


def test_a_book_whose_state_is_away_stays_as_it_was(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = ConsentBook(state)
    say(state, ANN, analytics=False)
    book.refresh()

    def away(_: State) -> None:
        raise StateError("away")

    monkeypatch.setattr(consents_module, "fetch_marks", away)
    with pytest.raises(StateError):
        book.refresh()
    assert not book.may_keep([ANN])


def test_a_long_history_is_read_in_pages(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consents_module, "_AT_ONCE", 3)
    people = [bytes([number]) * 16 for number in range(10)]
    for person in people:
        say(state, person, analytics=False)
    book = ConsentBook(state)
    book.refresh()
    assert not any(book.may_keep([person]) for person in people)


WORDS = st.lists(
    st.tuples(st.sampled_from([ANN, BOB, TABLET]), st.booleans(), st.booleans()), max_size=12
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=WORDS, basis=st.sampled_from(["consent", "legitimate_interest"]))
def test_the_book_says_what_a_walk_through_the_history_says(
    state: State, words: list[tuple[bytes, bool, bool]], basis: Any
) -> None:
    delete_people(state, {digest_subject(one): NOW for one in (ANN, BOB, TABLET)})
    needs_consent = basis == "consent"
    publish_purpose(state, "analytics", basis=basis, text="?", renew=True, now=NOW)
    version = fetch_rules(state)["analytics"].version
    book = ConsentBook(state)
    last: dict[bytes, bool] = {}
    for person, granted, looks in words:
        add_consents(
            state,
            digest_subject(person),
            {"analytics": (granted, version)},
            source="t",
            now=NOW,
        )
        last[person] = granted
        if looks:
            book.refresh()
    book.refresh()
    for person in (ANN, BOB, TABLET):
        assert book.may_keep([person]) is last.get(person, not needs_consent)
    assert book.is_open is (not needs_consent and all(last.values()))


def test_who_says_nothing_is_only_told(state: State) -> None:
    record_consents(state, ANN, {}, source="settings", now=NOW)
    assert fetch_permissions(state, [ANN]).history == ()
