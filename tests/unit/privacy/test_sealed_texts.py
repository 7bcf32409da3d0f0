"""Texts under a person's key: whole when they are opened, else a mark, never an error."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from landed.privacy import (
    FORGOTTEN,
    SEALED,
    access,
    has_texts,
    hide_texts,
    open_texts,
    seal_texts,
    sender_of,
)

ANN, BOB = bytes(16), bytes([1]) * 16
KEY, OTHER = bytes(32), bytes([7]) * 32
EVENT = "feedback_given"

names = st.sampled_from(["suggestions", "details", "tier", "x", "a b", "ключ"])
values = st.recursive(
    st.text(max_size=300) | st.integers() | st.none() | st.booleans(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(names, inside, max_size=3),
    max_leaves=8,
)
properties = st.dictionaries(names, values, max_size=4)


def texts_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for each in inside for one in texts_in(each)]


@given(properties)
def test_what_was_sealed_is_opened_as_it_was(said: dict[str, Any]) -> None:
    sealed = seal_texts("quiz_finished", said, ANN, KEY)
    assert open_texts(sealed, ANN, KEY) == said
    assert (sealed != said) is has_texts("quiz_finished", said)


@given(properties)
def test_a_restored_row_is_sealed_once(said: dict[str, Any]) -> None:
    sealed = seal_texts("quiz_finished", said, ANN, KEY)
    assert not has_texts("quiz_finished", sealed, is_restored=True) or sealed == said
    assert seal_texts("quiz_finished", sealed, ANN, KEY, is_restored=True) == sealed


def test_without_the_key_there_is_a_mark() -> None:
    sealed = seal_texts(EVENT, {"suggestions": "more", "rating": 3, "tags": ["a"]}, ANN, KEY)
    for person, key in ((ANN, None), (ANN, OTHER), (BOB, KEY)):
        assert open_texts(sealed, person, key) == {
            "suggestions": FORGOTTEN,
            "rating": 3,
            "tags": ["a"],
        }
    assert hide_texts(sealed)["suggestions"] == SEALED


def test_a_text_cannot_be_moved_to_another_field() -> None:
    sealed = seal_texts(EVENT, {"suggestions": "more", "deep": {"details": "x"}}, ANN, KEY)
    assert open_texts({"details": sealed["suggestions"]}, ANN, KEY) == {"details": FORGOTTEN}
    assert open_texts({"details": sealed["deep"]["details"]}, ANN, KEY) == {"details": FORGOTTEN}
    # The engine reads a dot in a name as a path.
    assert open_texts({"deep.details": sealed["deep"]["details"]}, ANN, KEY) == {
        "deep.details": "x"
    }


def test_lists_may_be_put_in_another_order() -> None:
    sealed = seal_texts("quiz", {"answers": [{"details": "a"}, {"details": "b"}]}, ANN, KEY)
    sealed["answers"].reverse()
    assert open_texts(sealed, ANN, KEY) == {"answers": [{"details": "b"}, {"details": "a"}]}


@pytest.mark.parametrize("rest", ["", "A", "AAAA", "!!!!", "é", "A" * 60, "A" * 1_000_000])
def test_what_only_looks_sealed_is_a_mark(rest: str) -> None:
    assert open_texts({"x": f"sealed:1:{rest}"}, ANN, KEY) == {"x": FORGOTTEN}


def test_what_is_sent_as_if_it_were_sealed_is_sealed_itself() -> None:
    said = {"suggestions": "sealed:1:AAAA"}
    sealed = seal_texts(EVENT, said, ANN, KEY)
    assert sealed != said
    assert open_texts(sealed, ANN, KEY) == said


def test_one_bit_more_or_less_is_found() -> None:
    text = seal_texts(EVENT, {"suggestions": "more"}, ANN, KEY)["suggestions"]
    whole = bytearray(base64.urlsafe_b64decode(text.removeprefix("sealed:1:") + "=="))
    for at in range(len(whole)):
        altered = bytes(whole[:at]) + bytes([whole[at] ^ 1]) + bytes(whole[at + 1 :])
        forged = "sealed:1:" + base64.urlsafe_b64encode(altered).decode().rstrip("=")
        assert open_texts({"suggestions": forged}, ANN, KEY) == {"suggestions": FORGOTTEN}


def test_equal_texts_do_not_look_equal() -> None:
    one, other = (seal_texts(EVENT, {"suggestions": "more"}, ANN, KEY) for _ in range(2))
    assert one != other


def test_the_format_is_the_one_that_is_documented() -> None:
    sealed = seal_texts(EVENT, {"suggestions": "more"}, ANN, KEY, entropy=bytes)
    bound = b"landed:text:1:" + ANN + b"suggestions"
    whole = bytes(12) + AESGCM(KEY).encrypt(bytes(12), b"\0more", bound)
    written = base64.urlsafe_b64encode(whole).decode().rstrip("=")
    assert sealed == {"suggestions": f"sealed:1:{written}"}


def test_a_long_text_is_shorter_than_it_was() -> None:
    said = {"suggestions": "I would like to see more remote jobs in my town. " * 20}
    sealed = seal_texts(EVENT, said, ANN, KEY)
    assert len(sealed["suggestions"]) < len(said["suggestions"]) / 4
    assert open_texts(sealed, ANN, KEY) == said


@pytest.mark.parametrize(
    ("content", "person"),
    [
        ({"userId": BOB.hex()}, BOB),
        ({"user_id": "x", "anonymousId": BOB.hex()}, BOB),
        ({"properties": {"distinct_id": BOB.hex()}}, BOB),
        ({"properties": [BOB.hex()]}, None),
        ({"user_id": BOB.hex().upper().replace("0", "Z")}, None),
        ({"user_id": 7}, None),
        ([BOB.hex()], None),
        (None, None),
    ],
)
def test_whose_event_could_not_be_taken(content: Any, person: bytes | None) -> None:
    assert sender_of(content) == person


def test_content_of_nobody_is_shown_as_it_is() -> None:
    content: dict[str, Any] = {"event": "moved", "previous_id": BOB.hex()}
    assert access._opened_content({"content": content}, {ANN: KEY}) == {"content": content}
    sealed = seal_texts(EVENT, {"user_id": ANN.hex(), "details": "More."}, ANN, KEY)
    opened = access._opened_content({"content": sealed}, {})
    assert opened["content"]["user_id"] == ANN.hex()
    assert opened["content"] != {"user_id": ANN.hex(), "details": "More."}
