"""Street addresses in the head of a CV, where their place tells what their words don't.

"23 Willis Isle" in running text may be anything. Between a name and an e-mail address, in the
first lines of a CV, it is where somebody lives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from landed.privacy.tokens import UPPER
from landed.privacy.types import Kind
from landed.privacy.wordlists import fold, plain_words

__all__ = ["find_contact_streets", "is_near_mail"]

_CV_LENGTH: Final = 200
_HEAD: Final = 700
_NEAR: Final = 250
_BESIDE: Final = 60
_PART: Final = re.compile(r"[^\n\t|\u2022\u00b7;:@]{3,200}")
_DIGIT: Final = re.compile(r"\d")
_PIECE: Final = re.compile(
    r"(?:\d[\d/A-Za-z-]{0,8},\s)?[^\W_](?:(?! - | [\u2013\u2014] |, |  "
    r")[^\n\t|\u2022\u00b7;:@]){3,70}"
)
_WORD: Final = (
    rf"(?:[{UPPER}][\w'\u2019.-]{{0,24}}|(?:de|del|della|di|da|do|dos|das|du|la|le|les|of|the|van|"
    r"von|der|den|des|na|nad|u|i|y|e)\b|d['\u2019]\w{1,20})"
)
_NUMBER: Final = r"\d{1,5}[A-Za-z]?(?:[/-]\d{1,4}[A-Za-z]?){0,3}"
_NO: Final = r"(?:(?:flat|h\.?\s?no\.?|house|no\.?|nr\.?|unit|apt\.?|plot|door)\s?)"
_FIRST: Final = re.compile(
    rf"(?i:{_NO})?{_NUMBER},?\s(?:{_WORD}\s){{0,4}}{_WORD}(?:\s(?i:{_NO}|suite\s)#?\d{{1,4}})?"
)
_LAST: Final = re.compile(
    rf"(?:{_WORD}\.?\s){{1,6}}(?i:{_NO}|n\s?[\u00ba\u00b0.]?\s?)?{_NUMBER}\.?(?:\s\w{{1,12}}\.?\s\d{{1,4}}){{0,4}}"
)
_HOUSE: Final = re.compile(
    rf",\s(?i:{_NO})?{_NUMBER}(?:\s[^\W\d]{{2,10}}\.?\s\d{{1,4}}){{0,3}}(?=\s?(?:$|[\n\t|\u2022\u00b7;,]|\s-\s))"
)
_POST_CODE: Final = re.compile(
    r"[ \t]{0,2}(?:,|\n|\s-|\s\||\t)\s{0,2}(?:[A-Z]{1,2}-?)?"
    r"(?:\d{3,6}(?:[ -]\d{2,4})?(?:\s?[A-Z]{2})?|[A-Z]?\d[\dA-Z]{0,2} ?\d[A-Z]{1,2}\d?|"
    r"[A-Z]\d[A-Z] ?\d[A-Z]\d)\s[^\W\d_]"
)
_LABEL: Final = re.compile(
    r"\b(?:address|anschrift|adresse?|direcci\u00f3n|domicilio|indirizzo|endere\u00e7o|morada|adres|adresa|"
    r"lakc\u00edm|osoite|bostadsadress|residence)[ \t]{0,3}(?::|\n)\s{0,4}\Z",
    re.IGNORECASE,
)
_LETTERS: Final = re.compile(r"[^\W\d_]{2,}")
_LABEL_LENGTH: Final = 30
_MOST_WORDS: Final = 8
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
_INNOCENT_LIST: Final = (
    "north south east west new old saint san santa grand green park hill hills lake river bridge "
    "station church market garden gardens field fields house court road street main high view way "
    "place port light isle island point rest ridge run valley village forest spring springs summit "
    "trail walk well wells wood woods junction key keys land landing mall manor meadow meadows "
    "mill "
    "mills mission motorway mountain mountains neck orchard oval overpass parks parkway parkways "
    "pass "
    "passage path pike pine pines plain plains plaza plazas ports prairie radial ramp ranch rapid "
    "rapids shoal shore shores skyway spur square stravenue stream terrace throughway trace track "
    "tunnel turnpike union unions via viaduct ville vista walks wall alley annex arcade avenue "
    "bayou "
    "beach bend bluff bluffs bottom branch brook brooks burg burgs bypass camp canyon cape "
    "causeway "
    "center centers circle circles cliff cliffs club common corner corners course courts cove "
    "coves "
    "creek crescent crest crossing crossroad curve dale dam divide drive drives estate estates "
    "bl sc ap et str ul blok wing block sector phase cross lot bis ter edif depto "
    "hall ring suite apt apartment flat unit no nr house piano puerta piso esc floor "
    "expressway extension fall falls ferry flat flats ford fords forge fork forks fort freeway "
    "gateway "
    "glen glens grove groves harbor haven heights hollow inlet islands lane lights loaf lock locks "
    "lodge loop shoals boulevard highway close mews row de la of the"
)
_INNOCENT: Final = frozenset(_INNOCENT_LIST.split())


def find_contact_streets(text: str) -> Iterator[tuple[int, int, Kind]]:
    r"""Find streets with a house number beside an e-mail address in the head of a CV.

    Args:
        text: Any text; one that is too short for a CV has none.

    Yields:
        Start, end and kind of each.

    Examples:
        >>> cv = "Zoe Rossi\n23 Willis Isle, Leeds\nzoe@rossi.example\n" + "Cooked. " * 30
        >>> [cv[a:b] for a, b, _ in find_contact_streets(cv)]
        ['23 Willis Isle']
    """
    head = text[:_HEAD] if len(text) >= _CV_LENGTH else ""
    mail = head.find("@")
    if mail < 0:
        return
    first, last = max(0, mail - _NEAR), mail + _NEAR
    numbered = (part for part in _PART.finditer(head, first, last) if _DIGIT.search(part.group()))
    for piece in chain.from_iterable(_PIECE.finditer(head, *part.span()) for part in numbered):
        street = piece.group().rstrip(" .,")
        house = _HOUSE.match(head, piece.start() + len(street))
        whole = street + (house.group() if house else "")
        if _is_street(whole.replace(", ", " ")) or (
            _may_be_street(whole) and _is_beside(head, piece.start(), piece.start() + len(whole))
        ):
            yield piece.start(), piece.start() + len(whole), Kind.ADDRESS


def is_near_mail(text: str, start: int, end: int) -> bool:
    """Say whether an e-mail address stands beside a place: there digits are a phone number.

    Examples:
        >>> is_near_mail("zoe@rossi.example | 373260568", 20, 29)
        True
    """
    return text.find("@", max(0, start - _BESIDE), end + _BESIDE) >= 0


def _is_beside(head: str, start: int, end: int) -> bool:
    """Whether "Address:" stands before a place, or a post code behind it."""
    label = _LABEL.search(head, max(0, start - _LABEL_LENGTH), start)
    return label is not None or _POST_CODE.match(head, end) is not None


def _may_be_street(text: str) -> bool:
    """What stands before a post code, or behind "Address:", and has a number and few words."""
    words = _LETTERS.findall(text)
    return (
        bool(words)
        and len(words) <= _MOST_WORDS
        and any(character.isdigit() for character in text)
        and not _YEAR.search(text)
        and not (text[0] == "+" or plain_words().issuperset(map(fold, words)))
    )


def _is_street(text: str) -> bool:
    if _YEAR.search(text) or not (_FIRST.fullmatch(text) or _LAST.fullmatch(text)):
        return False
    words = {fold(word) for word in _LETTERS.findall(text)}
    return bool(words) and (words - _INNOCENT).isdisjoint(plain_words())
