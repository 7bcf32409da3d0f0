"""The walk through whole events: keys that tell, names met on the way, bounds, memory."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.errors import InvalidEventError
from landed.privacy import Kind, Scrubber
from landed.privacy import scrubbing as module
from landed.privacy.telltales import is_reference_key, is_version_key, telltale

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=20,
)


@pytest.fixture
def scrubber() -> Scrubber:
    return Scrubber("US")


def scrub(value: Any, **options: Any) -> Any:
    return Scrubber("US").scrub_json(value, **options)


def test_a_clean_event_comes_back_as_it_is_also_from_memory(scrubber: Scrubber) -> None:
    event = {
        "title": "Software Engineer",
        "job_id": "4155550123",
        "score": 0.5,
        "position": 3,
        "remote": True,
        "salary": None,
        "skills": ["Java", "SQL", None],
        "where": {"city": "Graz", "country": "AT"},
    }
    first = scrubber.scrub_json(event)
    assert first == event
    assert scrubber.scrub_json(event) is event


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("name", Kind.NAME),
        ("first_name", Kind.NAME),
        ("firstName", Kind.NAME),
        ("$last-name", Kind.NAME),
        ("FULL NAME", Kind.NAME),
        ("recruiterName", Kind.NAME),
        ("email", Kind.EMAIL),
        ("E-Mail", Kind.EMAIL),
        ("contact_email", Kind.EMAIL),
        ("emailAddress", Kind.EMAIL),
        ("phoneNumber", Kind.PHONE),
        ("home_address", Kind.ADDRESS),
        ("street", Kind.ADDRESS),
        ("SSN", Kind.SSN),
        ("$ip", Kind.IP),
        ("ip_address", Kind.IP),
        ("dob", Kind.BIRTHDAY),
        ("password", Kind.SECRET),
        ("user_password", Kind.SECRET),
        ("avatarUrl", Kind.IMAGE),
        ("userName", Kind.USERNAME),
        ("linkedin_url", Kind.URL),
        ("latitude", Kind.LOCATION),
        ("userId", Kind.ID),
        ("company_name", None),
        ("feature_name", None),
        ("email_count", None),
        ("prompt_token_count", None),
        ("zip_count", None),
        ("city", None),
        ("", None),
        ("$$", None),
        ("iPhone", Kind.PHONE),
    ],
)
def test_a_key_tells_in_every_style(key: str, kind: Kind | None) -> None:
    assert telltale(key) == kind


def test_versions_and_references_are_told_by_whole_words() -> None:
    assert is_version_key("app_version")
    assert not is_version_key("conversion")
    assert is_reference_key("job_id")
    assert not is_reference_key("paid")
    assert not is_reference_key("")


@pytest.mark.parametrize("value", ["Zoe", 14155550123, 1.5, ["Zoe"], {"first": "Zoe"}, ""])
def test_under_a_telling_key_everything_is_replaced(value: Any) -> None:
    assert scrub({"phone": value, "name": value}) == {"phone": "⟨PHONE⟩", "name": "⟨NAME⟩"}


def test_null_and_flags_stay_under_a_telling_key() -> None:
    assert scrub({"email": None, "phone": True, "name": False}) == {
        "email": None,
        "phone": True,
        "name": False,
    }


def test_a_label_is_scrubbed_as_text_at_the_top_only() -> None:
    event = {"name": "Job list", "person": {"name": "Quarb"}}
    kept = scrub(event, labels=("name",))
    assert kept == {"name": "Job list", "person": {"name": "⟨NAME⟩"}}
    assert scrub({"name": "Maria Rossi"}, labels=("name",)) == {"name": "⟨NAME⟩"}


def test_a_label_is_not_remembered_as_harmless(scrubber: Scrubber) -> None:
    assert scrubber.scrub_json({"name": "Java"}, labels=("name",)) == {"name": "Java"}
    assert scrubber.scrub_json({"name": "Java"}) == {"name": "⟨NAME⟩"}


def test_what_stood_under_a_name_key_vanishes_from_the_whole_event() -> None:
    event = {
        "person": {"first_name": "Xoluj", "familyName": "Quärb"},
        "note": "xoluj's talk; QUARB agreed; xquarb wrote; Xolujs stays",
        "file": {"by xoluj": ["Xoluj-CV", 5]},
    }
    assert scrub(event) == {
        "person": {"first_name": "⟨NAME⟩", "familyName": "⟨NAME⟩"},
        "note": "⟨NAME⟩'s talk; ⟨NAME⟩ agreed; xquarb wrote; Xolujs stays",
        "file": {"by ⟨NAME⟩": ["⟨NAME⟩-CV", 5]},
    }


def test_names_from_elsewhere_vanish_too_and_marks_are_left_whole() -> None:
    event = {"note": "for jdoe: janedoe@x.example (Jane, DOE)", "n": 3}
    assert scrub(event, known_names=["Jane Doe"]) == {
        "note": "for ⟨NAME⟩: ⟨EMAIL⟩ (⟨NAME⟩, ⟨NAME⟩)",
        "n": 3,
    }
    assert scrub({"a": "b@c.example"}, known_names=["Email"]) == {"a": "⟨EMAIL⟩"}
    assert scrub({"a": "al is here"}, known_names=["Al", "", "7"]) == {"a": "al is here"}


def test_a_text_that_says_whose_it_is_cleans_its_neighbours() -> None:
    event = {"cv": "my name is xoluj quarb, hello", "comment": "Quarb again"}
    assert scrub(event)["comment"] == "⟨NAME⟩ again"


def test_keys_are_scrubbed_and_do_not_overwrite_each_other() -> None:
    event = {"a@b.example": 1, "c@d.example": 2, "Maria Rossi": 3}
    assert scrub(event) == {"⟨EMAIL⟩": 1, "⟨EMAIL⟩+": 2, "⟨NAME⟩": 3}


def test_digits_are_an_id_under_an_id_key_and_a_phone_elsewhere(scrubber: Scrubber) -> None:
    for _ in range(2):
        assert scrubber.scrub_json({"job_id": "4155550123"}) == {"job_id": "4155550123"}
        assert scrubber.scrub_json({"memo": "4155550123"}) == {"memo": "⟨PHONE⟩"}


def test_four_numbers_are_a_version_under_a_version_key_only(scrubber: Scrubber) -> None:
    for _ in range(2):
        assert scrubber.scrub_json({"app_version": "10.1.2.3"}) == {"app_version": "10.1.2.3"}
        assert scrubber.scrub_json({"from": "10.1.2.3"}) == {"from": "⟨IP⟩"}


@pytest.mark.parametrize("value", ["text", "zoe@rossi.example", 5, None, [1, "zoe@rossi.example"]])
def test_any_json_value_is_taken(value: Any) -> None:
    assert "rossi" not in json.dumps(scrub(value))


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**400, math.nan, math.inf, -math.inf])
def test_numbers_beyond_the_store_are_refused_with_their_path(number: float) -> None:
    for _ in range(2):
        with pytest.raises(InvalidEventError) as caught:
            scrub({"a": [{"b c": number}]}, path="$.properties")
        assert caught.value.detail == "$.properties.a[0].b c"
        assert str(number) not in caught.value.message or math.isnan(number) or math.isinf(number)


@pytest.mark.parametrize("number", [2**64 - 1, -(2**63), 0, 1e308, -0.0])
def test_numbers_within_the_store_pass(scrubber: Scrubber, number: float) -> None:
    for _ in range(2):
        assert scrubber.scrub_json({"n": number}) == {"n": number}


def test_the_fast_way_refuses_what_the_careful_way_refuses(scrubber: Scrubber) -> None:
    assert scrubber.scrub_json({"n": 1, "x": 1.0, "l": ["Java"]}) == {
        "n": 1,
        "x": 1.0,
        "l": ["Java"],
    }
    for bad in ({"n": 2**64}, {"x": math.nan}, {"l": [2**64]}):
        with pytest.raises(InvalidEventError):
            scrubber.scrub_json(bad)


def test_nesting_is_bounded_in_both_ways(scrubber: Scrubber) -> None:
    def nest(levels: int) -> dict[str, Any]:
        value: dict[str, Any] = {"a": 1}
        for _ in range(levels - 1):
            value = {"a": value}
        return value

    for _ in range(2):
        assert scrubber.scrub_json(nest(16)) == nest(16)
        with pytest.raises(InvalidEventError, match="16 levels"):
            scrubber.scrub_json(nest(17))
    lists: Any = []
    for _ in range(20):
        lists = [lists]
    with pytest.raises(InvalidEventError, match="16 levels"):
        scrubber.scrub_json({"a": lists})


def test_the_number_of_keys_is_bounded_in_both_ways(scrubber: Scrubber) -> None:
    half = {f"k{index}": index for index in range(499)}
    for _ in range(2):
        assert scrubber.scrub_json({"a": half, "b": half}) == {"a": half, "b": half}
        with pytest.raises(InvalidEventError, match="1000 keys"):
            scrubber.scrub_json({"a": half, "b": half, "c": {"k1": 1}})


def test_a_long_key_is_refused_without_being_shown(scrubber: Scrubber) -> None:
    with pytest.raises(InvalidEventError, match="201 characters") as caught:
        scrubber.scrub_json({"x": {"k" * 201: 1}})
    assert caught.value.detail == "$.x"


def test_a_path_in_an_error_shows_no_persons_data() -> None:
    with pytest.raises(InvalidEventError) as caught:
        scrub({"zoe@rossi.example": 2**70})
    assert caught.value.detail == "$.⟨EMAIL⟩"


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(InvalidEventError, match="bytes is no JSON value"):
        scrub({"a": b"x"})


def test_only_clean_strings_are_remembered_and_never_too_many(
    scrubber: Scrubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 4)
    monkeypatch.setattr(module, "_REMEMBERED_KEYS", 4)
    for index in range(20):
        scrubber.scrub_json({f"key {index}": f"word {index}!", "memo": "Maria Rossi"})
    scrubber.scrub("long " * 100)
    assert len(scrubber._clean) <= 4
    assert len(scrubber._plain_keys) <= 4
    assert not any("Rossi" in text or len(text) > 120 for text in scrubber._clean)


@given(JSON)
def test_any_json_keeps_its_shape_and_the_second_time_is_the_same(value: Any) -> None:
    scrubber = Scrubber("US")
    first = scrubber.scrub_json(value)
    assert scrubber.scrub_json(value) == first
    assert type(first) is type(value)
    if isinstance(value, dict | list):
        assert len(first) == len(value)


@given(st.lists(st.text(max_size=8), max_size=5))
def test_a_canary_in_any_string_vanishes(texts: list[str]) -> None:
    canary = "zoe.quarb@rossi.example"
    event = {"a": [f"{text} {canary}" for text in texts], f"k {canary}": {"b": canary}}
    assert canary not in json.dumps(scrub(event), ensure_ascii=False)
