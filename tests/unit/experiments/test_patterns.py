"""Patterns that admins write run on every evaluation: none may run away."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from landed.errors import InvalidInputError
from landed.experiments.patterns import MAX_TEXT, compile_pattern, count_ways, search


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(Mobile|Tablet)", "Android Mobile Browser"),
        (r"^[\w.]+@example\.com$", "it@example.com"),
        (r"^\d{1,3}\.\d{1,3}\.", "10.0.1"),
        ("^(?:de|at|ch)(-|_)?", "de-AT"),
        ("(ab)?c", "c"),
        (r"[^\]a]x", "bx"),
        ("^a{2}b{1,}", "aabbb"),
        ("^a+?b", "aab"),
        (r"\(\[\]\)", "([])"),
        ("^a|b", "xb"),
        ("", "anything"),
        ("a{}", "a{}"),
    ],
)
def test_ordinary_patterns_work(pattern: str, text: str) -> None:
    assert search(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(a+)+b", "a group is repeated"),
        ("(a|aa)*b", "a group is repeated"),
        ("(ab){2}", "a group is repeated"),
        (r"(a)\1", "back-references"),
        ("(?=a)", "look-around"),
        ("(?<name>a)", "named groups"),
        ("(?i)a", "flags"),
        ("a*a*a*b", "in 4,294,967,296 ways"),
        ("^a*a*a*b", "in 16,777,216 ways"),
        ("a?" * 30, "ways"),
        ("(a|a)" * 30, "ways"),
        ("a{,300}", "write {0,n}"),
        ("a{0,9999}b{0,9999}", "ways"),
        ("[[a]", "within"),
        ("[a--b]", "within"),
        ("[ab", "has no ]"),
        ("(ab", "has no )"),
        ("ab)", "has no ("),
        ("a**", "multiple repeat"),
        ("\\", "bad escape"),
        ("^a{99999999999999999999}", "overflow|too large"),
        ("x" * 201, "longer than 200"),
    ],
)
def test_what_could_run_away_is_refused_by_name_and_found_nowhere(pattern: str, why: str) -> None:
    with pytest.raises(
        InvalidInputError, match="(?i)" + why.replace("(", r"\(").replace(")", r"\)")
    ):
        compile_pattern(pattern)
    assert not search(pattern, "aaaa")


def test_ways_are_counted_from_any_start_unless_all_begin_at_the_beginning() -> None:
    assert count_ways("^ab") == 1
    assert count_ways("^a|^b") == 2 * MAX_TEXT
    assert count_ways("^(a|b)?c{1,3}") == 3 * 3


def test_in_long_texts_and_by_no_text_nothing_is_found() -> None:
    assert search("a$", "a" * MAX_TEXT)
    assert not search("a$", "a" * (MAX_TEXT + 1))
    assert not search(5, "5")


def test_case_is_ignored_on_request() -> None:
    assert search("(mobile|TABLET)", "Mobile tablet", ignore_case=True)
    assert not search("mobile", "Mobile")


@settings(deadline=None)  # its own bound below is in processor time
@given(st.text(alphabet="ab?*+{}(|)[]^$.\\,12-:&~", max_size=24), st.text("ab1-", max_size=256))
@example("a?" * 9 + "[ab]{200}c", "a" * 256)
@example("(a|a|a|a)" * 4 + "(a|a)a{150}b", "a" * 256)
def test_no_pattern_raises_warns_or_takes_long(pattern: str, text: str) -> None:
    began = time.thread_time()
    search(pattern, text)
    assert time.thread_time() - began < 0.5
