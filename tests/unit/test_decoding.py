"""What is wrong with a value that does not decode, in words that name what it could have been."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import pytest

from landed.decoding import read_fault, tell_fault

Grain = Literal["day", "week"]


class _Split(msgspec.Struct):
    grain: Grain | None = None
    more: dict[str, Grain] = {}
    values: tuple[Grain, ...] = ()


class _Wish(msgspec.Struct):
    split: _Split | str
    count: int = 0


def fault(body: bytes, kind: Any) -> tuple[str, str, str]:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(body, type=kind)
    return *read_fault(caught.value, kind), tell_fault(caught.value, kind)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"split": {"grain": "year"}}', "$.split.grain"),
        (b'{"split": {"values": ["day", "year"]}}', "$.split.values[1]"),
        (b'{"split": {"more": {"a": "year"}}}', "$.split.more[...]"),
    ],
)
def test_a_word_that_is_none_of_some_is_told_with_these(body: bytes, place: str) -> None:
    said = "Invalid enum value 'year'; it can be day, week"
    assert fault(body, _Wish) == (said, place, f"{said}, at {place}")
    assert fault(b"[%b]" % body, list[_Wish])[:2] == (said, place.replace("$", "$[0]"))


def test_a_key_that_is_none_of_some_is_told_with_these() -> None:
    kind = dict[str, dict[Grain, int]]
    assert fault(b'{"a": {"year": 1}}', kind)[:2] == (
        "A key: Invalid enum value 'year'; it can be day, week",
        "$[...]",
    )


def test_other_faults_stay_as_they_are() -> None:
    assert fault(b'{"split": "", "count": "a"}', _Wish)[:2] == (
        "Expected `int`, got `str`",
        "$.count",
    )
    assert fault(b"[]", _Wish) == (
        "Expected `object`, got `array`",
        "",
        "Expected `object`, got `array`",
    )


def test_a_kind_that_cannot_be_looked_into_says_no_choices() -> None:
    assert read_fault(ValueError("Invalid enum value 'a' - at `$.b`"), dict[str, int]) == (
        "Invalid enum value 'a'",
        "$.b",
    )
