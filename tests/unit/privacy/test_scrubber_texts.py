"""What must vanish from a text, and what must stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.privacy import Scrubber

SCRUBBER = Scrubber("US")


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("write to zoe@rossi.example now", "write to ⟨EMAIL⟩ now"),
        ("zoë.m+cv@bücher.example", "⟨EMAIL⟩"),
        ('"zoe m"@rossi.example', "⟨EMAIL⟩"),
        ("zoe (at) rossi.example", "⟨EMAIL⟩"),
        ("zoe [at] rossi [dot] example", "⟨EMAIL⟩"),
        ("zoe at rossi dot example", "⟨EMAIL⟩"),
        ("q=zoe%40rossi.example", "⟨EMAIL⟩"),
        ("zo\u200be@ros\u00adsi.example", "⟨EMAIL⟩"),
        ("zoe\uff20rossi.example", "⟨EMAIL⟩"),
        ("mailto:zoe@rossi.example", "mailto:⟨EMAIL⟩"),
        ("x" * 80 + "@rossi.example", "⟨EMAIL⟩"),
        ("https://rossi.example/cv?x=1#top.", "⟨URL⟩."),
        ("ftp://u:p@rossi.example", "⟨URL⟩"),
        ("https%3A%2F%2Frossi.example", "⟨URL⟩"),
        ("WWW.Rossi.example, yes", "⟨URL⟩, yes"),
        ("(linkedin.com/in/zoe-rossi)", "(⟨URL⟩)"),
        ("my page is zoerossi.me/cv", "my page is ⟨URL⟩"),
        ("github.com/zoe", "⟨URL⟩"),
        ("zoerossi.dev", "⟨URL⟩"),
        ("SSN 078-05-1120", "SSN ⟨SSN⟩"),
        ("078 05 1120", "⟨SSN⟩"),
        ("social security number 078051120", "social security number ⟨SSN⟩"),
        ("card 4111 1111 1111 1111", "card ⟨CARD⟩"),
        ("5500005555555559", "⟨CARD⟩"),
        ("my card 501864667909", "my card ⟨CARD⟩"),
        ("AT61 1904 3002 3457 3201", "⟨IBAN⟩"),
        ("iban gb82west12345698765432", "iban ⟨IBAN⟩"),
        ("from 203.0.113.9", "from ⟨IP⟩"),
        ("from 2001:db8::8a2e:370:7334", "from ⟨IP⟩"),
        ("mac 00:1B:44:11:3A:B7", "mac ⟨IP⟩"),
    ],
)
def test_what_is_written_in_signs_vanishes(text: str, scrubbed: str) -> None:
    assert SCRUBBER.scrub(text) == scrubbed


@pytest.mark.parametrize(
    ("file", "scrubbed"),
    [
        (
            "Application-Senior-Software-Engineer-Berlin-Maria-Rossi.pdf",
            "Application-Senior-Software-Engineer-Berlin-⟨NAME⟩.pdf",
        ),
        (
            "Cover-Letter-Senior-Product-Manager-London-Anna-Maria-Rossi.pdf",
            "Cover-Letter-Senior-Product-Manager-London-⟨NAME⟩.pdf",
        ),
        ("A-B-C-D-E-F-G-H-I-J-K Zoe Rossi", "⟨NAME⟩"),
    ],
)
def test_a_name_at_the_end_of_a_long_file_name_vanishes(file: str, scrubbed: str) -> None:
    assert SCRUBBER.scrub(file) == scrubbed


@pytest.mark.parametrize(
    "phone",
    [
        "(415) 555-0123",
        "415-555-0123",
        "415.555.0123",
        "415 555 0123",
        "+1 415 555 0123",
        "1-415-555-0123",
        "+14155550123",
        "4155550123",
        "+44 20 7946 0958",
        "+44 (0)20 7946 0958",
        "0044 20 7946 0958",
        "020 7946 0958",
        "07911 123456",
        "07911123456",
        "+49 (0)30 901820",
        "+33 1 42 68 53 00",
        "01 42 68 53 00",
        "01.42.68.53.00",
        "0660/1234567",
        "+91-98765-43210",
        "+86 138 0013 8000",
        "+55 11 91234-5678",
        "call 78 651 450",
        "tel: 5550123",
        "415-555-0123 x45",
        "415-555-0123x45",
        "\u0664\u0661\u0665-\u0665\u0665\u0665-\u0660\u0661\u0662\u0663",
        "415\u2011555\u20110123",
    ],
)
def test_a_phone_number_vanishes_in_every_format(phone: str) -> None:
    for text in (phone, f"Reach me at {phone}.", f"{phone}, Vienna", f"m: {phone} / home"):
        scrubbed = SCRUBBER.scrub(text)
        assert "⟨PHONE⟩" in scrubbed
        assert not any(character.isdigit() for character in scrubbed)


def test_several_numbers_in_a_row_all_vanish() -> None:
    text = "415-555-0123 / 415-555-0124 / 415-555-0125"
    assert "555" not in SCRUBBER.scrub(text)


def test_an_unknown_region_still_finds_numbers_with_a_country_code() -> None:
    scrubber = Scrubber("ZZ")
    assert scrubber.scrub("+14155550123 or 4155550123") == "⟨PHONE⟩ or 4155550123"


@pytest.mark.parametrize(
    "address",
    [
        "12 Main Street",
        "12 N. Main St, Apt 4, Springfield, IL 62704",
        "1600 Pennsylvania Avenue NW",
        "350 Fifth Ave",
        "221b Baker Street",
        "12 main street",
        "Hauptstraße 5a",
        "Hauptstr. 5, Graz",
        "Lange Gasse 17",
        "Kungsgatan 12",
        "12 rue de la Paix",
        "Rua das Flores 12",
        "Calle Mayor 7",
        "Via Garibaldi 12",
        "ul. Jesionowa 127",
        "641 Dašická 688",
        "P.O. Box 104",
        "PSC 7951, Box 9972",
        "Apt. 342",
        "SW1A 1AA",
        "K1A 0B1",
        "IL 62704",
    ],
)
def test_a_street_address_vanishes(address: str) -> None:
    scrubbed = SCRUBBER.scrub(f"I live there: {address}")
    assert "⟨ADDRESS⟩" in scrubbed
    assert not any(word in scrubbed for word in address.replace(",", "").split() if len(word) > 4)


def test_an_announced_address_vanishes_without_a_street_word() -> None:
    assert SCRUBBER.scrub("my address is 92597 Jahu 80") == "my address is ⟨ADDRESS⟩"


@pytest.mark.parametrize(
    "name",
    [
        "Maria Rossi",
        "MARIA ROSSI",
        "Maria G. Rossi",
        "Jean-Pierre Dupont",
        "Ludwig van Beethoven",
        "José Ñandú",
        "Xoluj Okonkwo",
        "Sinéad O'Connor",
        "Priya Venkataraman",
        "Nguyen Thi Lan",
        "Grant Hill",
        "Jordan Petrov",
        "John Cook",
        "Krzysztof Wiśniewski",
        "Rossi, Maria",
        "maria.rossi",
        "Maria_Rossi_CV",
    ],
)
def test_a_persons_name_vanishes(name: str) -> None:
    for text in (name, f"Interview with {name} on Monday", f"{name} - Software Engineer"):
        scrubbed = SCRUBBER.scrub(text)
        assert "⟨NAME⟩" in scrubbed
        assert not any(part in scrubbed for part in name.replace(",", "").split() if len(part) > 2)


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("My name is Zoe and I cook", "My name is ⟨NAME⟩ and I cook"),
        ("my name is zoe", "my name is ⟨NAME⟩"),
        ("Dear Xoluj,", "Dear ⟨NAME⟩,"),
        ("Mr Xoluj called", "Mr ⟨NAME⟩ called"),
        ("Regards,\nXoluj", "Regards,\n⟨NAME⟩"),
        ("I'm Zoe", "I'm ⟨NAME⟩"),
        ("Recruiter: Xoluj Abbad", "Recruiter: ⟨NAME⟩"),
        ("it was Catherine who told us", "it was ⟨NAME⟩ who told us"),
        ("Dear Hiring Manager", "Dear Hiring Manager"),
        ("I am Senior Developer", "I am Senior Developer"),
        ("Hi Team", "Hi Team"),
    ],
)
def test_a_given_name_alone_vanishes_where_the_text_says_so(text: str, scrubbed: str) -> None:
    assert SCRUBBER.scrub(text) == scrubbed


def test_the_first_line_of_a_cv_is_a_name_and_vanishes_everywhere() -> None:
    cv = "Xoluj Quarb\nWeaver of carpets\n" + "Made carpets by hand for many years. " * 6
    scrubbed = SCRUBBER.scrub(cv + "\nReferences know Quarb well. Signed XOLUJ, see xquarb.pdf")
    assert scrubbed.startswith("⟨NAME⟩\nWeaver")
    assert "quarb" not in scrubbed.lower()
    assert "xoluj" not in scrubbed.lower()


def test_a_heading_is_no_name() -> None:
    cv = "Curriculum Vitae\nWeaver\n" + "Made carpets by hand for many years. " * 6
    assert SCRUBBER.scrub(cv) == cv
    assert SCRUBBER.scrub("x" * 250 + "\n" + "y") == "x" * 250 + "\n" + "y"


@pytest.mark.parametrize(
    "text",
    [
        "Java",
        "Spring Boot",
        "Jordan Ltd",
        "Smith & Sons Ltd",
        "Maria Rossi GmbH",
        "Software Engineer",
        "San Francisco",
        "San Jose, Costa Rica",
        "Django Developer at Morgan Stanley",
        "Senior Data Scientist",
        "Goldman Sachs",
        "Johns Hopkins University",
        "JavaScript, Ruby on Rails, Jenkins, Hudson, Julia, Perl, Salt and Chef",
        "Node.js, ASP.NET, Vue.js and Socket.io at Booking.com",
        "Paris, France",
        "Sofia",
        "Jordan",
        "Grant Writer",
        "Art Director",
        "Project Manager (PMP)",
        "NEW YORK",
        "Charlotte, North Carolina",
        "We work in Austin and Charlotte",
        "AWS Lambda",
        "Black Friday",
        "Marketing Manager - EMEA",
        "information_technology",
        "recommendation_clicked",
        "C++/C#",
        "5 @ 3",
        "a :// b",
        "std::vector and 1::2::3",
        "@angular/core",
        "e.g. this, i.e. that",
        "it works.In 2020 we stopped",
        "A",
        "",
        "⟨EMAIL⟩ and ⟨NAME⟩",
    ],
)
def test_career_words_and_places_stay(text: str) -> None:
    assert SCRUBBER.scrub(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "2024-11-21",
        "2024-11-21T10:20:30.123Z",
        "2024-11-21 10:20:30",
        "21.11.2024",
        "03/2019 - 11/2024",
        "2015 - 2019",
        "2015-2019, 2019-2021",
        "2013 2014 2015 2016",
        "20241121",
        "3.11.7",
        "v1.2.3.4",
        "version 10.0.19.45",
        "120,000",
        "$120,000 - $150,000",
        "120 000 000",
        "€ 12345678",
        "12345678 users",
        "555 employees",
        "501-1000",
        "10001-50000",
        "0.12345678",
        "1700000000",
        "1700000000123",
        "978-3-16-148410-0",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "12345678-1234-1234-1234-123456789012",
        "request 12345678-1234-1234-1234-123456789012 failed",
        "d41d8cd98f00b204e9800998ecf8427e",
        "job_4155550123",
        "rec_00012345",
        "10:20:30",
        "::1",
        "24/7/365",
        "top 100 of 5,000",
    ],
)
def test_numbers_that_are_nobodys_stay(text: str) -> None:
    assert SCRUBBER.scrub(text) == text


PIECES = st.sampled_from(
    ["Maria Rossi", "zoe@rossi.example", "415-555-0123", "12 Main Street", "a", "Java ", ", ", "\n"]
)


@given(st.lists(PIECES, max_size=12).map(" ".join))
def test_a_scrubbed_text_holds_none_of_the_pieces_and_stays_as_it_is(text: str) -> None:
    once = SCRUBBER.scrub(text)
    assert not any(piece in once for piece in ("Rossi", "@", "0123", "Main Street"))
    assert SCRUBBER.scrub(once) == once


@given(st.emails(), st.text(max_size=30))
def test_no_mail_address_survives_in_any_text(address: str, around: str) -> None:
    scrubbed = SCRUBBER.scrub(f"{around} {address} {around}")
    assert address not in scrubbed
