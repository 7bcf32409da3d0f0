"""Finds national numbers of persons by their shape and check digits.

Where a shape is rare enough (a Spanish DNI with its letter, an Italian codice fiscale) it is
enough; bare digits need a word before them such as "Aadhaar", since one number in ten or a hundred
has the right check digit by chance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from landed.privacy.types import Kind

__all__ = ["find_nationals", "is_labelled", "is_national"]

_LABEL: Final = re.compile(
    r"\b(?:aadhaa?r|cpf|nir|pesel|bsn|sofinummer|personnummer|steuer-?id\w{0,20}|ahv|avs|sin|tfn|nhs|"
    r"(?:personal|national|identity|id|tax|tax file|national insurance|social insurance|passport|"
    r"driv\w{2,5}'?s? licen[cs]e) (?:id|identity|code|number|no|nr|card)|"
    r"social security|soc\.? sec|ssn|itin|tax id|passport|passeport|reisepass|"
    r"num\u00e9ro de s\u00e9curit\u00e9 sociale|driv\w{2,5}'?s? licen[cs]e)"
    r"(?: (?:number|no|nr|id))?\.?(?: is| was)?[ \t]{0,3}[:#=]?[ \t]{0,3}\Z",
    re.IGNORECASE,
)
# What such a label may end with: looked at first, since it is much faster.
_LAST_WORD_LIST: Final = (
    "aadhaar aadhar cpf nir pesel bsn sofinummer personnummer id ahv avs sin tfn nhs identity code "
    "number no nr card security sec ssn itin passport passeport reisepass sociale licence license "
    "is was steueridentifikationsnummer identifikationsnummer"
)
_LAST_WORDS: Final = frozenset(_LAST_WORD_LIST.split())
_LONGEST_WORD: Final = 24
_REACH: Final = 48
_DNI_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
# What a sign at an odd place of an Italian codice fiscale counts.
_ODD_DIGITS: Final = "1 0 5 7 9 13 15 17 19 21"
_ODD_LETTERS: Final = f"{_ODD_DIGITS} 2 4 18 20 11 3 6 8 12 14 16 10 22 25 24 23"
_ODD: Final = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        map(int, f"{_ODD_DIGITS} {_ODD_LETTERS}".split()),
        strict=True,
    )
)
# Verhoeff's two tables, for Aadhaar.
_D_ROWS: Final = (
    "0123456789 1234067895 2340178956 3401289567 4012395678 "
    "5987604321 6598710432 7659821043 8765932104 9876543210"
)
_P_ROWS: Final = (
    "0123456789 1576283094 5803796142 8916043527 9453126870 4286573901 2793806415 7046913258"
)
_D: Final = _D_ROWS.split()
_P: Final = _P_ROWS.split()


def _dni(text: str) -> bool:
    digits = text.translate(
        {ord("X"): "0", ord("Y"): "1", ord("Z"): "2"} if text[0] in "XYZ" else {}
    )
    return text[-1] == _DNI_LETTERS[int(digits[:-1]) % 23]


def _codice_fiscale(text: str) -> bool:
    total = sum(
        _ODD[sign] if at % 2 == 0 else int(sign, 36) - 10 * sign.isalpha()
        for at, sign in enumerate(text[:-1])
    )
    return text[-1] == chr(ord("A") + total % 26)


def _nir(text: str) -> bool:
    return 97 - int(text[:13]) % 97 == int(text[13:])


def _cpf(text: str) -> bool:
    return len(set(text)) > 1 and all(
        sum(
            int(digit) * weight for digit, weight in zip(text, range(size + 1, 1, -1), strict=False)
        )
        * 10
        % 11
        % 10
        == int(text[size])
        for size in (9, 10)
    )


def _aadhaar(text: str) -> bool:
    check = 0
    for at, digit in enumerate(reversed(text)):
        check = int(_D[check][int(_P[at % 8][int(digit)])])
    return check == 0


def _ahv(text: str) -> bool:
    return sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(text)) % 10 == 0


def _personnummer(text: str) -> bool:
    doubled = [int(digit) * (2 - at % 2) for at, digit in enumerate(text[-10:])]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def _always(_: str) -> bool:
    return True


_Shape = tuple[re.Pattern[str], Callable[[str], bool]]
# British national insurance, Spanish DNI and NIE, Italian codice fiscale, Indian PAN.
_LETTERED: Final[tuple[_Shape, ...]] = (
    (
        re.compile(
            r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]"
            r"(?![\w-])"
        ),
        _always,
    ),
    (re.compile(r"(?:\d{8}|[XYZ]-?\d{7})-?[A-HJ-NP-TV-Z](?![\w-])"), _dni),
    (re.compile(r"[A-Z]{6}\d\d[ABCDEHLMPRST]\d\d[A-Z]\d{3}[A-Z](?![\w-])"), _codice_fiscale),
    (re.compile(r"[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z](?![\w-])"), _always),
)
_LETTERS_AND_DIGITS: Final = re.compile(
    r"[A-Z\d](?<![\w-].)(?:[A-Z] \d\d|[A-Z]{0,5}-?\d\d)[A-Z\d -]{3,13}"
)
_PASSPORT: Final = re.compile(r"(?=(?:[A-Z]{0,3}\d){4})[A-Z\d]{6,10}(?![\w-])")
# French NIR, Brazilian CPF, Swiss AHV, Indian Aadhaar, Swedish personnummer.
_DIGITS_ONLY: Final[tuple[_Shape, ...]] = (
    (re.compile(r"[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d\d ?\d{3} ?\d{3} ?\d\d"), _nir),
    (re.compile(r"\d{3}\.\d{3}\.\d{3}-\d\d"), _cpf),
    (re.compile(r"756\.\d{4}\.\d{4}\.\d\d"), _ahv),
    (re.compile(r"[2-9]\d{3}([ -])\d{4}\1\d{4}"), _aadhaar),
    (re.compile(r"(?:19|20)?\d\d(?:0\d|1[0-2])(?:[0-2]\d|3[01])[-+]\d{4}"), _personnummer),
)
_SEPARATORS: Final = re.compile(r"[ .+-]")


def find_nationals(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Find national numbers that hold letters, and passport numbers behind that word.

    Args:
        text: Any text.

    Yields:
        Start, end and kind of each.

    Examples:
        >>> text = "DNI 12345678Z, build 12345678A"
        >>> [text[a:b] for a, b, _ in find_nationals(text)]
        ['12345678Z']
    """
    for found in _LETTERS_AND_DIGITS.finditer(text):
        start = found.start()
        for pattern, check in _LETTERED:
            number = pattern.match(text, start)
            if number and check(_SEPARATORS.sub("", number.group())):
                yield *number.span(), Kind.SSN
        passport = _PASSPORT.match(text, start)
        if passport and is_labelled(text, start):
            yield *passport.span(), Kind.SSN


def is_national(number: str) -> bool:
    """Say whether digits with their separators are the national number of a person.

    Args:
        number: As written.

    Examples:
        >>> is_national("529.982.247-25"), is_national("529.982.247-26")
        (True, False)
    """
    return any(
        pattern.fullmatch(number) and check(_SEPARATORS.sub("", number))
        for pattern, check in _DIGITS_ONLY
    )


def is_labelled(text: str, start: int) -> bool:
    """Say whether words such as "passport number" stand before a place.

    Examples:
        >>> is_labelled("Aadhaar: 123456789012", 9), is_labelled("order 12345", 6)
        (True, False)
    """
    words = text[max(0, start - _LONGEST_WORD) : start].rstrip(" \t:#=.").rsplit(None, 1)
    if not words or words[-1].lower() not in _LAST_WORDS:
        return False
    return _LABEL.search(text, max(0, start - _REACH), start) is not None
