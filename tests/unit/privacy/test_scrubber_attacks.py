"""Identifiers that hide: in keys, in JSON within strings, encoded, in look-alikes, broken."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.errors import InvalidEventError
from landed.privacy import Scrubber

SCRUBBER = Scrubber("US")


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        base64("zoe@rossi.example"),
        base64("zoe@rossi.example").rstrip("="),
        urlsafe_b64encode("Zoë Rossi, zoe@rossi.example?>".encode()).decode(),
        base64(base64("zoe@rossi.example")),
        base64(quote("zoe@rossi.example", safe="")),
        b64encode(b"\x00\xff zoe@rossi.example").decode(),
        quote("Maria Rossi", safe=""),
        "Maria%20Rossi%2C%20Vienna",
        "zoe&#64;rossi.example",
        "zoe&commat;rossi.example",
        r"zoe\u0040rossi.example",
        "zoe%2540rossi.example",
        "z\u043ee@r\u043essi.example",
        "zoe@r\u03bfssi.example",
        "M\u0430ria R\u043essi",
        "\U0001d419\U0001d428\U0001d41e \U0001d411\U0001d428\U0001d42c\U0001d42c\U0001d422",
        "\uff2daria \uff32ossi",
        "Ma\u200bria Ros\u2060si",
        "M\u00adaria\ufe0f Rossi",
        "zoe at rossi dot at dot dot dot example",
        "zoe.rossi @ mail.example.com",
        "zoe.rossi\n@example.com",
        "zoe.rossi@\nexample.com",
        "zoe@rossi-exam-\nple.com",
        "zoe@rossi\n.com",
        "zoe@rossi.\ncom",
    ],
)
def test_what_hides_is_found(text: str) -> None:
    scrubbed = SCRUBBER.scrub(text)
    assert "⟨" in scrubbed
    assert "rossi" not in scrubbed.lower()
    assert text not in scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "100% sure, 5%20 of them",
        "R&amp;D and AT&T; done",
        base64("nothing personal in here"),
        "recommendation_clicked12",
        "am9iXzEyMw==",
        r"C:\users\u00e9",
        "\u0417\u043e\u044f \u043f\u0438\u0448\u0435\u0442 Python",
        "{name}",
        "[1, 2, 3]",
        '{"title": "Data Scientist", "n": 1e999, "id": 123456789012345678901234}',
        "page=2&sort=date",
        "a=b",
        "5 @ 3 is no mail; team lead @ Google",
        "%ff%fe",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAA!",
        "AAAAAAAAAAAAAAAAA",
    ],
)
def test_what_hides_nothing_stays_as_it_was(text: str) -> None:
    assert SCRUBBER.scrub(text) == text


def test_keys_within_json_within_strings_tell_too() -> None:
    inner = json.dumps({"first_name": "Xoluj", "note": "xoluj cooks", "n": [1, None, "Java"]})
    clean = {"first_name": "⟨NAME⟩", "note": "⟨NAME⟩ cooks", "n": [1, None, "Java"]}
    for form in (inner, base64(inner), quote(inner), json.dumps(json.loads(inner), indent=1)):
        assert json.loads(SCRUBBER.scrub(form)) == clean
    event = SCRUBBER.scrub_json({"payload": inner, "memo": "Xoluj again"})
    assert json.loads(event["payload"]) == clean
    assert event["memo"] == "⟨NAME⟩ again"


def test_escaped_letters_in_json_hide_no_key() -> None:
    text = r'{"n\u0061me": "X\u006fluj", "q": "say \u0022hi\u0022"}'
    assert json.loads(SCRUBBER.scrub(text)) == {"name": "⟨NAME⟩", "q": 'say "hi"'}


def test_a_query_is_read_by_its_keys() -> None:
    query = urlencode({"first_name": "Xoluj", "mail": "z@rossi.example", "page": "2"})
    assert SCRUBBER.scrub(query) == "first_name=⟨NAME⟩&mail=⟨EMAIL⟩&page=2"
    assert SCRUBBER.scrub(f"?{query}") == "first_name=⟨NAME⟩&mail=⟨EMAIL⟩&page=2"


def test_a_known_name_is_found_inside_an_encoded_neighbour() -> None:
    event = {"name": "Xoluj", "a": base64("made for xoluj today"), "b": base64("made for others")}
    assert SCRUBBER.scrub_json(event) == {
        "name": "⟨NAME⟩",
        "a": "made for ⟨NAME⟩ today",
        "b": base64("made for others"),
    }


def test_encoded_keys_are_scrubbed() -> None:
    key = base64("zoe@rossi.example")
    assert SCRUBBER.scrub_json({key: 1}) == {"⟨EMAIL⟩": 1}


def test_json_in_a_string_that_is_too_deep_is_refused_like_any_other() -> None:
    for text in ("[" * 17 + "]" * 17, "[" * 100_000 + "]" * 100_000):
        with pytest.raises(InvalidEventError, match="16 levels"):
            SCRUBBER.scrub_json({"a": text})
        assert SCRUBBER.scrub(text) == "⟨SECRET⟩"
    keys = json.dumps({f"k{at}": at for at in range(1001)})
    with pytest.raises(InvalidEventError, match="1000 keys"):
        SCRUBBER.scrub_json({"a": keys})


def test_a_word_that_is_base64_of_something_personal_vanishes() -> None:
    text = f"see {base64('zoe@rossi.example')}, then {base64('nothing personal here')}"
    assert SCRUBBER.scrub(text) == f"see ⟨EMAIL⟩, then {base64('nothing personal here')}"
    assert SCRUBBER.scrub(f"/users/{base64('zoe@rossi.example')}/cv") == "/users/⟨EMAIL⟩/cv"
    twice = base64(f"see {base64('Maria Rossi was here')}")
    assert SCRUBBER.scrub(f"({twice})") == "(⟨NAME⟩)"
    assert SCRUBBER.scrub("internationalization of recommendation_clicked") == (
        "internationalization of recommendation_clicked"
    )


def test_half_a_surrogate_pair_from_an_escape_can_still_be_written() -> None:
    SCRUBBER.scrub(r"zoe@rossi.example \ud83d").encode()


@pytest.mark.parametrize("text", ["0@ zoe.quarb@rossi.example", "a@b.c@rossi.example"])
def test_an_address_behind_half_an_address_vanishes_whole(text: str) -> None:
    assert SCRUBBER.scrub(f"{text}, or call") == "⟨EMAIL⟩, or call"


ENCODINGS = st.sampled_from([base64, lambda text: quote(text, safe=""), json.dumps])


@given(st.lists(ENCODINGS, max_size=3), st.text(max_size=20))
def test_no_canary_survives_any_layers(layers: list[Callable[[str], str]], around: str) -> None:
    text = f"{around} zoe.quarb@rossi.example"
    for layer in layers:
        text = layer(text)
    assert "rossi.example" not in SCRUBBER.scrub(text).lower()
    assert "⟨EMAIL⟩" in SCRUBBER.scrub(text)
