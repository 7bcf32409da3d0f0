"""ClickHouse's error texts become errors that callers can act on, without values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.errors import QueryError, StoreError
from landed.store import RefusedError, explain_refusal

PERSON = "ann@example.com"


def text(code: int, message: str, name: str = "SOME_NAME") -> str:
    return f"Code: {code}. DB::Exception: {message}. ({name}) (version 26.9.2.1 (official build))"


@pytest.mark.parametrize("code", [202, 210, 242, 252, 999])
def test_what_passes_by_itself(code: int) -> None:
    error = explain_refusal(text(code, "busy"))
    assert isinstance(error, StoreError)
    assert error.message == (
        f"ClickHouse cannot do it now, code {code} (SOME_NAME); it will be tried again."
    )


@pytest.mark.parametrize("code", [193, 516])
def test_a_wrong_key(code: int) -> None:
    error = explain_refusal(text(code, f"{PERSON}: Authentication failed"))
    assert isinstance(error, StoreError)
    assert "LANDED_STORE" in error.message
    assert PERSON not in error.message


@pytest.mark.parametrize(
    ("code", "says"),
    [(159, "too long"), (160, "too long"), (241, "over its limit"), (396, "over its limit")],
)
def test_limits_tell_what_to_do(code: int, says: str) -> None:
    error = explain_refusal(text(code, "exceeded"))
    assert isinstance(error, QueryError)
    assert says in error.message


def test_structure_is_shown_without_literals_and_scope() -> None:
    message = f"Unknown identifier `scor`, maybe 'it''s {PERSON}'. In scope SELECT {PERSON}"
    error = explain_refusal("server response: " + text(47, message, "UNKNOWN_IDENTIFIER"))
    assert error.message == (
        "ClickHouse refused the query, code 47 (UNKNOWN_IDENTIFIER): "
        "Unknown identifier `scor`, maybe '…''…'"
    )


def test_only_the_first_line_is_shown() -> None:
    assert explain_refusal("Code: 62. DB::Exception: Syntax error:\nSELECT 1").message == (
        "ClickHouse refused the query, code 62 (no name): Syntax error"
    )


@pytest.mark.parametrize("code", [6, 27, 117])
def test_rows_that_do_not_fit(code: int) -> None:
    error = explain_refusal(text(code, f'cannot parse "{PERSON}"'))
    assert isinstance(error, RefusedError)
    assert error.is_about_data
    assert error.clickhouse_code == code
    assert PERSON not in error.message


def test_a_code_beside_the_text_is_used() -> None:
    error = explain_refusal("no head here", code=62)
    assert isinstance(error, RefusedError)
    assert error.message == "ClickHouse refused the query, code 62 (no name)"
    assert not error.is_about_data


def test_no_code_means_no_answer() -> None:
    error = explain_refusal(f"connection refused for {PERSON}")
    assert isinstance(error, StoreError)
    assert PERSON not in error.message


@given(code=st.integers(1, 1100), value=st.text(min_size=8))
def test_quoted_values_never_show(code: int, value: str) -> None:
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    shown = explain_refusal(text(code, f"Cannot do '{quoted}PII-42' here")).message
    assert "PII-42" not in shown
