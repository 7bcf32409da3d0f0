"""Marks with numbers: who is who within one document, and nothing beyond it."""

from __future__ import annotations

from landed.privacy import Scrubber

SCRUBBER = Scrubber("US")


def test_the_same_name_has_the_same_number_also_in_part() -> None:
    text = "Maria Rossi asked Zoe Lang. MARIA ROSSI, M. Rossi and Rossi's team; Zoe wrote."
    assert SCRUBBER.scrub_document(text) == (
        "⟨NAME_1⟩ asked ⟨NAME_2⟩. ⟨NAME_1⟩, ⟨NAME_1⟩ and ⟨NAME_1⟩'s team; ⟨NAME_2⟩ wrote."
    )


def test_a_part_before_the_whole_has_its_number_too() -> None:
    assert (
        SCRUBBER.scrub_document("Dear Zoe, thanks. Zoe Lang") == "Dear ⟨NAME_1⟩, thanks. ⟨NAME_1⟩"
    )


def test_other_kinds_are_counted_by_their_value() -> None:
    text = "a@b.example, c@d.example, A@B.example, 415-555-0123, (415) 555-0123"
    assert SCRUBBER.scrub_document(text) == "⟨EMAIL_1⟩, ⟨EMAIL_2⟩, ⟨EMAIL_1⟩, ⟨PHONE_1⟩, ⟨PHONE_1⟩"


def test_known_names_are_found_and_a_clean_document_stays() -> None:
    assert SCRUBBER.scrub_document("by xoluj", known_names=["Xoluj"]) == "by ⟨NAME_1⟩"
    assert SCRUBBER.scrub_document("Java and SQL") == "Java and SQL"


def test_numbers_begin_anew_in_each_document() -> None:
    assert SCRUBBER.scrub_document("Zoe Lang") == SCRUBBER.scrub_document("Maria Rossi")


def test_marks_with_numbers_are_left_whole() -> None:
    once = SCRUBBER.scrub_document("Maria Rossi met Zoe Lang, zoe@lang.example")
    assert SCRUBBER.scrub_document(once) == once
    assert SCRUBBER.scrub(once) == once
