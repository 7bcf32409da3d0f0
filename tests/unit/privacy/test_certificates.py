"""Certificates of erasure: whoever alters one is found out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.errors import InvalidInputError
from landed.privacy import Keys, public_key_of, sign_certificate, verify_certificate

OURS = Keys(bytes(32), "lw_1", "la_1", "lr_1")
THEIRS = Keys(bytes([1] * 32), "lw_1", "la_1", "lr_1")
VALUES = st.one_of(st.text(max_size=20), st.integers(), st.booleans(), st.lists(st.text()))


@given(st.dictionaries(st.text(min_size=1, max_size=9), VALUES, max_size=5))
def test_what_was_signed_is_read(content: dict[str, object]) -> None:
    content = {name: one for name, one in content.items() if name != "signature"}
    found = verify_certificate(sign_certificate(content, OURS), public_key_of(OURS))
    assert found == {**content, "public_key": public_key_of(OURS)}


@pytest.mark.parametrize(
    ("field", "value"), [("events", 3), ("what", "something"), ("added", True)]
)
def test_any_change_shows(field: str, value: object) -> None:
    signed = json.loads(sign_certificate({"what": "certificate", "events": 4}, OURS))
    with pytest.raises(InvalidInputError, match="altered"):
        verify_certificate(json.dumps({**signed, field: value}), public_key_of(OURS))


def test_another_installations_certificate_is_not_ours() -> None:
    forged = sign_certificate({"what": "certificate"}, THEIRS)
    with pytest.raises(InvalidInputError, match="Another installation"):
        verify_certificate(forged, public_key_of(OURS))
    # Ours written over theirs, to look like ours.
    dressed = json.dumps({**json.loads(forged), "public_key": public_key_of(OURS)})
    with pytest.raises(InvalidInputError, match="altered"):
        verify_certificate(dressed, public_key_of(OURS))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"signature": 3}', '{"signature": "!", "public_key": ""}']
)
def test_what_is_no_certificate(text: str) -> None:
    with pytest.raises(InvalidInputError, match="no certificate"):
        verify_certificate(text, public_key_of(OURS))


@pytest.mark.parametrize("key", ["", "short", "AAAA"])
def test_what_is_no_key(key: str) -> None:
    signed = json.dumps({**json.loads(sign_certificate({}, OURS)), "public_key": key})
    with pytest.raises(InvalidInputError, match="32 bytes"):
        verify_certificate(signed, key)
