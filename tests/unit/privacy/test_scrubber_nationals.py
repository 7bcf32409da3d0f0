"""National numbers, dates of birth, and the IBANs that are none."""

from __future__ import annotations

import random

import pytest

from landed.privacy import Scrubber

SCRUBBER = Scrubber("US")


@pytest.mark.parametrize(
    "number",
    [
        "AB 12 34 56 C",
        "AB123456C",
        "12345678Z",
        "12345678-Z",
        "X1234567L",
        "RSSMRA85T10A562S",
        "ABCPE1234F",
        "1 85 05 78 006 084 91",
        "185057800608491",
        "529.982.247-25",
        "756.9217.0769.85",
        "2341 2341 2346",
        "811218-9876",
    ],
)
def test_a_national_number_of_a_sure_shape_vanishes(number: str) -> None:
    for text in (number, f"my number is {number}, thanks", f"({number})"):
        scrubbed = SCRUBBER.scrub(text)
        assert "⟨SSN⟩" in scrubbed
        assert not any(character.isdigit() for character in scrubbed)


@pytest.mark.parametrize(
    "number",
    [
        "12345678A",
        "BG123456C",
        "RSSMRA85T10A562T",
        "1 85 05 78 006 084 92",
        "529.982.247-26",
        "111.111.111-11",
        "756.9217.0769.86",
        "2341 2341 2347",
    ],
)
def test_a_wrong_check_digit_is_no_national_number(number: str) -> None:
    assert "⟨SSN⟩" not in SCRUBBER.scrub(f"part {number}")


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("Aadhaar: 234123412346", "Aadhaar: ⟨SSN⟩"),
        ("PESEL 44051401359", "PESEL ⟨SSN⟩"),
        ("passport no. C01X00T47", "passport no. ⟨SSN⟩"),
        ("Passport number: AB1234567", "Passport number: ⟨SSN⟩"),
        ("driver's license number is 6940579", "driver's license number is ⟨SSN⟩"),
        ("national id 44051401", "national id ⟨SSN⟩"),
    ],
)
def test_a_number_behind_such_a_word_vanishes(text: str, scrubbed: str) -> None:
    assert SCRUBBER.scrub(text) == scrubbed


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("Born 3 May 1990 in Graz", "Born ⟨BIRTHDAY⟩ in Graz"),
        ("DOB: 1990-05-03", "DOB: ⟨BIRTHDAY⟩"),
        ("Date of birth: 03/05/1990", "Date of birth: ⟨BIRTHDAY⟩"),
        ("date of birth\n03.05.90", "date of birth\n⟨BIRTHDAY⟩"),
        ("geboren am 3. Mai 1990", "geboren am ⟨BIRTHDAY⟩"),
        ("née le 3 mai 1990", "née le ⟨BIRTHDAY⟩"),
        ("Fecha de nacimiento: 3 de mayo de 1990", "Fecha de nacimiento: ⟨BIRTHDAY⟩"),
        ("was born on May 3rd, 1990", "was born on ⟨BIRTHDAY⟩"),
        ("born in 1990", "born in ⟨BIRTHDAY⟩"),
        ("newborn care since 2011", "newborn care since 2011"),
        ("The firm was borne by 3 May 1990", "The firm was borne by 3 May 1990"),
        ("hired on 3 May 1990", "hired on 3 May 1990"),
    ],
)
def test_a_date_is_a_birthday_where_a_word_says_so(text: str, scrubbed: str) -> None:
    assert SCRUBBER.scrub(text) == scrubbed


def test_an_iban_has_the_length_of_its_country() -> None:
    assert SCRUBBER.scrub("AT61 1904 3002 3457 3201") == "⟨IBAN⟩"
    assert SCRUBBER.scrub("QQ68 1904 3002 3457 3201") == "QQ68 1904 3002 3457 3201"
    assert SCRUBBER.scrub("x AT93 1904 3002 3457 3201 1111") != "x ⟨IBAN⟩"


def test_a_random_id_is_hardly_ever_taken_for_a_number_of_a_person() -> None:
    rng = random.Random(5)  # noqa: S311 - ids for a test
    ids = [f"id {rng.getrandbits(128):032x}" for _ in range(5000)]
    assert sum(SCRUBBER.scrub(text) != text for text in ids) == 0
