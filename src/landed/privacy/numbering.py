"""Marks with numbers: within one document the same person keeps the same number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from landed.privacy.texts import Span
from landed.privacy.types import Kind
from landed.privacy.wordlists import fold

__all__ = ["numbered_marks"]

_WORD: Final = re.compile(r"[^\W\d_]+")
_POSSESSIVE: Final = re.compile(r"['\u2019]s\b")
_SIGN: Final = re.compile(r"[\W_]+")


def numbered_marks(text: str, found: Iterable[Span]) -> list[str]:
    """Write a mark with a number for each find, such as `⟨NAME_1⟩`.

    Equal values have equal numbers, whatever their capitals and separators; a part of a name
    ("Rossi", "M. Rossi") has the number of the whole name that stood before it.

    Args:
        text: The text that was searched.
        found: As from `find_personal`.

    Returns:
        One mark for each find; numbers begin at 1 for each kind.

    Examples:
        >>> text = "Maria Rossi asked Zoe Lang; Rossi agreed."
        >>> numbered_marks(text, [(0, 11, Kind.NAME), (18, 26, Kind.NAME), (28, 33, Kind.NAME)])
        ['⟨NAME_1⟩', '⟨NAME_2⟩', '⟨NAME_1⟩']
    """
    people, others = list[set[str]](), dict[Kind, dict[str, int]]()
    marks = list[str]()
    for start, end, kind in found:
        value = text[start:end]
        if kind is Kind.NAME:
            number = _number_of(_words(value), people)
        else:
            known = others.setdefault(kind, {})
            number = known.setdefault(_SIGN.sub("", value).casefold(), len(known) + 1)
        marks.append(f"{kind.value[:-1]}_{number}{kind.value[-1]}")
    return marks


def _words(name: str) -> set[str]:
    return {fold(word) for word in _WORD.findall(_POSSESSIVE.sub("", name))}


def _number_of(words: set[str], people: list[set[str]]) -> int:
    """The number of the first person whose name has all of the words, or has no other ones."""
    for number, known in enumerate(people, 1):
        if _is_part(words, known) or _is_part(known, words):
            known.update(words)
            return number
    people.append(words)
    return len(people)


def _is_part(some: set[str], whole: set[str]) -> bool:
    initials = {word[0] for word in whole}
    return all(word in whole or (len(word) == 1 and word in initials) for word in some)
