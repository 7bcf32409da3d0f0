"""How a known name may be written elsewhere: parts, run together, without accents, in any case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from landed.privacy.tokens import LETTER, REST, lowered
from landed.privacy.types import Kind
from landed.privacy.wordlists import Word, class_of, classes, fold

__all__ = ["find_forms", "name_forms", "sure_parts"]

_SHORTEST_PART: Final = 3
_SURE: Final = frozenset({Word.GIVEN, Word.SURNAME, Word.UNKNOWN})
_NO_LETTERS: Final = re.compile(r"[\W\d_]+")
_WORD: Final = re.compile(rf"{LETTER}{REST}")


def name_forms(names: Iterable[str]) -> list[str]:
    """Give all forms of names, in small letters: the whole, parts of three letters or more.

    Also without accents and run together (`janedoe`, `jdoe`). Parts that are everyday words and no
    names are left out: a page may be called "Job Search".

    Args:
        names: Names of one person or several, as written.

    Examples:
        >>> sorted(name_forms(["Zoë Doe"]))
        ['doe', 'doezoe', 'doezoë', 'zdoe', 'zoe', 'zoe doe', 'zoed', 'zoedoe', 'zoë', 'zoë doe', \
'zoëd', 'zoëdoe']
    """
    wanted: set[str] = set()
    for name in names:
        parts = [part for part in _NO_LETTERS.split(name)[:8] if part]
        wanted.update(parts)
        if len(parts) > 1:
            wanted.add(name.strip())
            first, last = parts[0], parts[-1]
            wanted |= {first + last, last + first, first[0] + last, first + last[0]}
    forms = {form for word in wanted for form in (lowered(word), fold(word), _sharp(word))}
    return [
        form
        for form in forms
        if len(form) >= _SHORTEST_PART and classes().get(fold(form)) is not Word.PLAIN
    ]


def find_forms(text: str, forms: Iterable[str]) -> Iterator[tuple[int, int, Kind]]:
    """Find forms of names as words of their own, in any case.

    Args:
        text: Any text.
        forms: As from `name_forms`.

    Yields:
        Start, end and kind of each; they may overlap.

    Examples:
        >>> text = "jose_doe.pdf by JDOE, not Joseph"
        >>> found = find_forms(text, name_forms(["José Doe"]))
        >>> sorted({text[a:b] for a, b, _ in found})
        ['JDOE', 'doe', 'jose']
    """
    small = lowered(text)
    for form in forms:
        at = small.find(form)
        while at >= 0:
            end = at + len(form)
            before = small[at - 1 : at]
            if not (before.isalpha() or before == "\u27e8" or small[end : end + 1].isalpha()):
                yield at, end, Kind.NAME
            at = small.find(form, at + 1)


def sure_parts(name: str) -> list[str]:
    """Give the words of a whole name that are names wherever they stand with a capital.

    Args:
        name: As found in a text.

    Examples:
        >>> sure_parts("Catherine Grant"), sure_parts("Catherine")
        (['Catherine'], [])
    """
    words = _WORD.findall(name)
    if len(words) <= 1:
        return []
    return [
        word
        for word in words
        if len(word) > _SHORTEST_PART and word[0].isupper() and class_of(fold(word)) in _SURE
    ]


def _sharp(word: str) -> str:
    return lowered(word).replace("\xdf", "ss")
