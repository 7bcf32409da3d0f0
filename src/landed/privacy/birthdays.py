"""Finds dates of birth: a date is one only where a word before it says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from landed.privacy.tokens import places_of
from landed.privacy.types import Kind

__all__ = ["find_birthdays"]

_MONTHS: Final = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|janv|f\u00e9v|avr|mai|juin|juil|ao\u00fb|d\u00e9c|"
    r"m\u00e4r|okt|dez|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|fev|out)[^\W\d_]{0,8}\.?"
)
_DATE: Final = (
    r"(?:\d{1,2}(?:st|nd|rd|th)?[ ./-]{1,3}(?:de |of )?(?:"
    + _MONTHS
    + r"|\d{1,2})[ ,./-]{1,3}(?:de )?\d{2,4}"
    r"|\d{4}[./-]\d{1,2}[./-]\d{1,2}|" + _MONTHS + r" \d{1,2}(?:st|nd|rd|th)?,? \d{4}"
    r"|(?:in )?(?:19|20)\d\d)(?!\w)"
)
_WORD_LIST: Final = (
    "born birth dob d.o.b geb naissance n\u00e9 n\u00e9e nacimiento nacid nascita nato nata "
    "nascimento "
    "nascid urodz geboorte f\u00f6dels f\u00f8dsels datum sz\u00fclet\u00e9si"
)
_WORDS: Final = tuple(_WORD_LIST.split())
_BIRTHDAY: Final = re.compile(
    r"(?<!\w)(?:born|birth(?:day|[ -]?date)?|d\.?o\.?b\.?|geb(?:oren|urtsdatum|"
    r"\.)?(?: am)?|"
    r"n\u00e9e?(?: le)?|naissance|nacimiento|nacid[oa](?: el)?|nascita|"
    r"nat[oa](?: il)?|"
    r"nascimento|nascid[oa](?: em)?|urodzenia|urodzon[ya]|geboortedatum|"
    r"f\u00f6delsedatum|f\u00f8dselsdato|"
    r"datum narozen\u00ed|sz\u00fclet\u00e9si d\u00e1tum)(?: (?:on|in|the|is|was|"
    r":))?[ \t]?[:=-]?[ \t\n]{0,3}"
    rf"(?P<date>{_DATE})",
    re.IGNORECASE,
)


def find_birthdays(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Find dates that stand behind a word such as "born" or "DOB".

    Args:
        text: Any text.

    Yields:
        Start, end and kind of each date; the word before it stays.

    Examples:
        >>> text = "Born 3 May 1990, hired on 3 May 2020"
        >>> [text[a:b] for a, b, _ in find_birthdays(text)]
        ['3 May 1990']
    """
    for at in places_of(text, _WORDS):
        found = _BIRTHDAY.match(text, at)
        if found:
            yield *found.span("date"), Kind.BIRTHDAY
