"""What landed knows of names and of words that are none.

The lists in `data/` are plain text, typed for this package. A word has one class; the
classes say how much company it needs before it counts as a person's name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Final

from landed.privacy.endings import looks_like_surname

__all__ = ["Word", "class_of", "classes", "fold", "may_be_name", "phrases", "plain_words"]

_AMBIGUOUS: Final = "[given names and surnames that are words too"
_STROKES: Final = str.maketrans("łøđßæœıþð", "lodsaoitd")

_ARABIC: Final = ("al-", "el-", "ad-", "ar-", "as-", "ash-", "at-", "az-", "abu-", "bin-", "ibn-")
_LONGEST_ARTICLE: Final = 5


class Word(IntEnum):
    """How a word may take part in a name.

    Examples:
        >>> classes()["catherine"], classes()["engineer"], classes()["grant"]
        (<Word.GIVEN: 2>, <Word.PLAIN: 1>, <Word.EITHER: 4>)
    """

    UNKNOWN = 0
    PLAIN = 1  # no name: a title, skill, product, company, place or everyday word
    GIVEN = 2  # a given name and nothing else
    SURNAME = 3  # a surname and nothing else
    EITHER = 4  # a name that is a word too (Grant, Rose): needs a second name
    PLAIN_GIVEN = 5  # rather a word or place (Jordan, Maya): needs a sure surname
    PLAIN_SURNAME = 6  # rather a word (Cook, Bell): needs a sure given name


def fold(word: str) -> str:
    """Lower case without accents, as the lists are written.

    Examples:
        >>> fold("Szöllösy"), fold("Łukasz"), fold("O'Brien")
        ('szollosy', 'lukasz', 'obrien')
    """
    lowered = word.lower().replace("'", "").replace("\u2019", "")
    if lowered.isascii():
        return lowered
    apart = unicodedata.normalize("NFD", lowered.translate(_STROKES))
    return "".join(character for character in apart if not unicodedata.combining(character))


@cache
def classes() -> Mapping[str, Word]:
    """Give the class of every known word, folded; other words are unknown."""
    given, surnames = set(_words("given_names.txt")), set(_words("surnames.txt"))
    plain, either = plain_words(), set(_words("plain_words.txt", section=_AMBIGUOUS))
    return {
        word: _class_of(word, given=given, surnames=surnames, plain=plain, either=either)
        for word in given | surnames | plain | either
    }


def class_of(word: str) -> Word:
    """Give the class of a folded word, also of one that no list has.

    A double name has the class of its surest half; a word that ends like a surname is one.

    Examples:
        >>> class_of("jean-xoluj"), class_of("papadimitropoulos"), class_of("xoluj")
        (<Word.GIVEN: 2>, <Word.SURNAME: 3>, <Word.UNKNOWN: 0>)
    """
    known = classes().get(word)
    if known is not None:
        return known
    if word.startswith(_ARABIC) and len(word) > _LONGEST_ARTICLE:
        return Word.SURNAME
    if "-" in word:
        halves = {class_of(half) for half in word.split("-") if len(half) > 1}
        for kind in (Word.PLAIN, Word.GIVEN, Word.SURNAME):
            if kind in halves:
                return kind
        return Word.UNKNOWN
    return Word.SURNAME if looks_like_surname(word) else Word.UNKNOWN


def may_be_name(words: Collection[str]) -> bool:
    """Say whether one of the folded words may be part of a name.

    Examples:
        >>> may_be_name(["software", "engineer"]), may_be_name(["dear", "zoe"])
        (False, True)
    """
    known = classes()
    for word in words:
        kind = known.get(word)
        if kind is not Word.PLAIN and (kind is not None or looks_like_surname(word)):
            return True
    return False


@cache
def plain_words() -> frozenset[str]:
    """Give all words that are everyday, career, product, company or place words."""
    return frozenset(_words("plain_words.txt"))


@cache
def phrases() -> frozenset[str]:
    """Give pairs of words, joined by `_`, that name a company or a place."""
    return frozenset(_words("phrases.txt"))


def _class_of(
    word: str,
    *,
    given: set[str],
    surnames: set[str],
    plain: frozenset[str],
    either: set[str],
) -> Word:
    if word in either and (word in given or word in surnames):
        return Word.EITHER
    if word in plain:
        if word in given:
            return Word.PLAIN_GIVEN
        return Word.PLAIN_SURNAME if word in surnames else Word.PLAIN
    return Word.GIVEN if word in given else Word.SURNAME


def _words(name: str, section: str = "") -> Iterator[str]:
    text = files("landed.privacy").joinpath("data", name).read_text("utf-8")
    wanted = not section
    for line in text.splitlines():
        if line.startswith("#"):
            wanted = wanted or section in line
        elif wanted:
            yield from line.split()
