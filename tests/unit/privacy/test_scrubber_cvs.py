"""Names and addresses in CVs and letters: what the text tells of whose it is."""

from __future__ import annotations

import pytest

from landed.privacy import Scrubber
from landed.privacy.authors import announced_names

SCRUBBER = Scrubber("US")
BODY = "\n" + "Led the work on many things and wrote reports.\n" * 6


@pytest.mark.parametrize(
    "head",
    [
        "Xoluj Quarb",
        "XOLUJ QUARB",
        "X O L U J   Q U A R B",
        "Quarb, Xoluj",
        "Xoluj K. Quarb",
        "Xoluj van der Quarb",
        "Xoluj al-Quarb",
        "Xoluj-Zib. Quarb",
        "CV - Xoluj Quarb",
        "Resume of Xoluj Quarb",
        "CURRICULUM VITAE\n\nXoluj Quarb",
        "Name: Xoluj Quarb",
        "First name: Xoluj\nSurname: Quarb",
        "Full name\nXoluj Quarb",
        "Vorname: Xoluj\nNachname: Quarb",
        "Xoluj Quarb, MBA, PMP",
        "Xoluj Quarb | Weaver | Graz",
        "Weaver\nXoluj Quarb\nxquarb@mail.example",
        "xquarb@mail.example | +43 660 1234567\nXoluj Quarb, Weaver",
        "• Xoluj Quarb\n• Graz",
    ],
)
def test_the_name_in_the_head_of_a_cv_vanishes_everywhere(head: str) -> None:
    scrubbed = SCRUBBER.scrub(f"{head}{BODY}Xoluj wove. See quarb_cv.pdf, signed QUARB.")
    assert "quarb" not in scrubbed.lower()
    assert "xoluj" not in scrubbed.lower()
    assert "wove" in scrubbed


def test_a_trade_is_a_surname_behind_a_given_name() -> None:
    scrubbed = SCRUBBER.scrub(f"Nathaniel Tailor{BODY}Nathaniel Tailor is a tailor.")
    assert scrubbed.startswith("⟨NAME⟩\n")
    assert scrubbed.endswith("⟨NAME⟩ is a tailor.")


@pytest.mark.parametrize(
    "head",
    [
        "Senior Data Scientist",
        "Profile\nSkills and methods\nJava and SQL",
        "Name: see below",
        "Java\nSQL\nGraz\nXoluj Quarb",
        "a" * 200 + "\nb",
        "a long line of plain words that says nothing about anybody at all " * 2 + "| x",
    ],
)
def test_a_head_without_a_name_gives_none(head: str) -> None:
    assert announced_names(head + BODY) == []


@pytest.mark.parametrize(
    "text",
    [
        "Reported to Xoluj Quarb, Head of Finance.",
        "reporting directly to Xoluj Quarb",
        "Supervisor: Xoluj Quarb",
        "Recommended by Xoluj Quarb in 2019",
        "worked closely with Xoluj Quarb on it",
        "Assistant to Xoluj Quarb for a year",
        "ask Xoluj Quarb (x@mail.example)",
        "Xoluj Quarb <x@mail.example>",
        "Maria Rossi and Xoluj Quarb presented it",
        "Dr. van der Quarb said so",
        "Xoluj Quarbowski and others",
        "Xoluj Quarbsson's letter",
    ],
)
def test_others_are_found_by_what_stands_around_them(text: str) -> None:
    assert "quarb" not in SCRUBBER.scrub(text).lower()


@pytest.mark.parametrize(
    "text",
    [
        "Moved to Xoluj Quarb in 2019",
        "Marshall, Hernandez and Simpson",
        "Ramsey-Johnson",
        "Bentley MicroStation and Hunter WinAlign",
        "StatCoder.com and OpenOffice.org",
        "LAN and WAN",
        "Hello I am new here",
        "Reported to Acme Ltd",
        "Maria Rossi SpA",
        "Maria Rossi & Sons",
        "manager\nRecruited and trained",
    ],
)
def test_companies_and_products_stay(text: str) -> None:
    assert SCRUBBER.scrub(text) == text


def test_people_in_pairs_and_rows_are_found() -> None:
    assert SCRUBBER.scrub("Catherine and Priya agreed") == "⟨NAME⟩ and ⟨NAME⟩ agreed"
    assert SCRUBBER.scrub("Erik, Amy") == "⟨NAME⟩"
    assert SCRUBBER.scrub("Maria Rossi and Catherine") == "⟨NAME⟩ and ⟨NAME⟩"
    assert SCRUBBER.scrub("Maria Rossi and Java") == "⟨NAME⟩ and Java"
    assert SCRUBBER.scrub("Maria Rossi and Xoluj Ltd") == "⟨NAME⟩ and Xoluj Ltd"


def test_a_part_of_a_whole_name_is_found_where_it_stands_alone() -> None:
    text = "Maria Rossini wrote it. Rossini and her Rossinis; MariaRossini stays."
    assert SCRUBBER.scrub(text).startswith("⟨NAME⟩ wrote it. ⟨NAME⟩ and her Rossinis")


def test_of_very_many_names_those_that_come_first_are_looked_for_alone() -> None:
    surnames = [f"Qu{first}{second}arb" for first in "abcdefghijkl" for second in "mnopqrstuv"]
    text = "".join(f"Maria {surname} wrote. " for surname in surnames)
    scrubbed = SCRUBBER.scrub(f"{text}Ask {surnames[0]} or {surnames[-1]}.")
    assert scrubbed.endswith(f"Ask ⟨NAME⟩ or {surnames[-1]}.")


def test_an_article_is_no_initial() -> None:
    assert SCRUBBER.scrub("A Maria Rossi joined") == "A ⟨NAME⟩ joined"


def test_an_arabic_surname_may_be_a_word_too() -> None:
    assert SCRUBBER.scrub("Mohammed Al-Farsi") == "⟨NAME⟩"
    event = {"name": "Mohammed Al-Farsi", "about": "All about Mohammed Al-Farsi"}
    assert SCRUBBER.scrub_json(event)["about"] == "All about ⟨NAME⟩"


def test_referees_are_found_below_and_behind_the_heading() -> None:
    below = f"Zoe Rossi{BODY}References\nXoluj Quarb, Director, Acme Ltd\nBib Nuj\n"
    assert "⟨NAME⟩, Director, Acme Ltd\n⟨NAME⟩\n" in SCRUBBER.scrub(below)
    behind = f"Zoe Rossi{BODY}References: Xoluj Quarb (manager); Bib Nuj (colleague)"
    assert SCRUBBER.scrub(behind).endswith("References: ⟨NAME⟩ (manager); ⟨NAME⟩ (colleague)")


@pytest.mark.parametrize(
    "street",
    [
        "23 Willis Isle",
        "496 Cuevas Light Suite 575",
        "H.No. 19 Dugar Nagar",
        "698, Mitter Nagar",
        "Rotonda Piergiuseppe, 259",
        "pl. Prusa 87",
        "Zeynep-Mans-Ring 65/81",
        "53, avenue de Boulay",
        "Tina-Weiß-Gasse 3917",
        "Intrarea Suciu Nr. 191 Bl. 84 Sc. 98 Ap. 93",
    ],
)
def test_a_street_in_the_head_of_a_cv_vanishes(street: str) -> None:
    for head in (f"{street}\n10545 Elblag", f"Address: {street}", f"{street} | x@mail.example"):
        scrubbed = SCRUBBER.scrub(f"Zoe Rossi\n{head}\nzoe@mail.example{BODY}")
        assert "⟨ADDRESS⟩" in scrubbed
        assert street.split()[-2] not in scrubbed


@pytest.mark.parametrize("line", ["Oracle 2019", "5 years of Java", "Summer 2019", "12", "Graz"])
def test_other_lines_in_the_head_stay(line: str) -> None:
    text = f"Zoe Rossi\n{line}\nzoe@mail.example{BODY}"
    assert f"\n{line}\n" in SCRUBBER.scrub(text)


def test_digits_beside_a_mail_address_are_a_phone_number() -> None:
    assert SCRUBBER.scrub("zoe@mail.example | 373260568") == "⟨EMAIL⟩ | ⟨PHONE⟩"
    assert SCRUBBER.scrub("373260568") == "373260568"


@pytest.mark.parametrize(
    "address",
    [
        "2224 Trenerys gate 232",
        "Luite tee 87",
        "Erzsébet tér 19.",
        "the corner of Bygget 64 and Komel Club",
        "3536 1659 Hoog St",
        "Suite 204",
        "USS Ronson FPO AE 44941",
    ],
)
def test_more_street_addresses_vanish(address: str) -> None:
    assert SCRUBBER.scrub(f"my address: {address}").startswith("my address: ⟨ADDRESS⟩")


def test_a_post_code_vanishes_behind_its_country() -> None:
    assert SCRUBBER.scrub("Poznan\nPoland 35403") == "Poznan\nPoland ⟨ADDRESS⟩"
    assert SCRUBBER.scrub("Poland 35403 users") == "Poland 35403 users"


def test_a_letter_with_two_small_ones_moves_no_place() -> None:
    assert (
        SCRUBBER.scrub("\u0130\u0130 he lives at 92 Jahu 80")
        == "\u0130\u0130 he lives at ⟨ADDRESS⟩"
    )
