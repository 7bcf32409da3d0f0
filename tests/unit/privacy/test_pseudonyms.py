from __future__ import annotations

import hashlib
import hmac
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.errors import InvalidEventError
from landed.privacy import Pseudonymiser
from landed.privacy import pseudonyms as module

SECRET = bytes(range(32))


def test_a_subject_key_is_a_truncated_hmac_under_a_sub_key() -> None:
    sub_key = hmac.new(SECRET, b"landed:subject:1", hashlib.sha256).digest()
    expected = hmac.new(sub_key, b"user-1", hashlib.sha256).digest()[:16]
    pseudonyms = Pseudonymiser(SECRET)
    assert pseudonyms.subject_key("user-1") == expected
    assert pseudonyms.subject_key("user-1") == expected


def test_another_secret_or_id_gives_another_key() -> None:
    one, other = Pseudonymiser(SECRET), Pseudonymiser(bytes(32))
    assert one.subject_key("a") != other.subject_key("a")
    assert len({one.subject_key(raw) for raw in ("a", "A", "a ", "b")}) == 4


def test_the_memory_of_ids_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CACHED_IDS", 3)
    pseudonyms = Pseudonymiser(SECRET)
    keys = {raw: pseudonyms.subject_key(raw) for raw in "abcdefgh"}
    assert len(pseudonyms._recent) <= 3
    assert all(pseudonyms.subject_key(raw) == key for raw, key in keys.items())


def test_an_empty_id_is_refused() -> None:
    with pytest.raises(InvalidEventError, match="empty"):
        Pseudonymiser(SECRET).subject_key("")


def test_a_short_secret_is_refused_and_never_shown() -> None:
    with pytest.raises(ValueError, match="16"):
        Pseudonymiser(b"short")
    assert SECRET.hex() not in repr(Pseudonymiser(SECRET))


@given(st.uuids())
def test_a_uuid_stays_itself_in_every_usual_form(sent: uuid.UUID) -> None:
    pseudonyms = Pseudonymiser(SECRET)
    forms = (str(sent), str(sent).upper(), sent.hex, f"{{{sent}}}", sent.urn)
    assert {pseudonyms.digest_id(form, domain="message") for form in forms} == {sent.bytes}


@given(st.text(max_size=60))
def test_anything_else_becomes_sixteen_bytes_that_depend_on_the_domain(raw: str) -> None:
    pseudonyms = Pseudonymiser(SECRET)
    first, again = (pseudonyms.digest_id(raw, domain="message") for _ in range(2))
    assert first == again
    assert len(first) == 16
    assert first != pseudonyms.digest_id(raw, domain="session") or _is_uuid(raw)


@pytest.mark.parametrize(
    "near_miss",
    [
        "0000000-00000-0000-0000-00000000002a",
        "00000000-0000-0000-0000-00000000002g",
        "00 000000000000000000000000000 2a",
        "{00000000-0000-0000-0000-00000000002a)",
        "urn:uuie:00000000-0000-0000-0000-00000000002a",
        "\u0660" * 32,
        "\ud800 lone surrogate",
    ],
)
def test_what_only_looks_like_a_uuid_becomes_a_digest(near_miss: str) -> None:
    digest = Pseudonymiser(SECRET).digest_id(near_miss, domain="message")
    assert len(digest) == 16
    assert digest[:8] != bytes(8)


def test_a_message_and_a_subject_of_the_same_text_do_not_meet() -> None:
    pseudonyms = Pseudonymiser(SECRET)
    assert pseudonyms.subject_key("x") != pseudonyms.digest_id("x", domain="message")


def _is_uuid(raw: str) -> bool:
    try:
        uuid.UUID(raw)
    except ValueError:
        return False
    return True
