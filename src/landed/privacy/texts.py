"""One text: find everything personal in it, write marks in its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice
from typing import Final

from landed.privacy.addresses import find_addresses
from landed.privacy.birthdays import find_birthdays
from landed.privacy.contacts import find_contact_streets
from landed.privacy.links import find_emails, find_urls
from landed.privacy.names import find_names
from landed.privacy.numbers import find_numbers
from landed.privacy.types import Kind
from landed.privacy.variants import find_forms, sure_parts
from landed.privacy.wrappings import latinised, plainly, unwrapped

__all__ = ["Span", "find_personal", "scrub_names", "scrub_text", "write_marks"]

Span = tuple[int, int, Kind]
_MOST_PARTS: Final = 100
_PART: Final = re.compile(r"[^/]{12,}")
# Not "responsibilities": no base64 of an address or of digits has small letters only.
_LONG_WORD: Final = re.compile(
    r"[A-Za-z0-9+/_-](?<![A-Za-z0-9+/_-].)(?![a-z]{11,23}(?![A-Za-z0-9+/_=-]))"
    r"[A-Za-z0-9+/_-]{11,}={0,2}"
)


def find_personal(
    text: str, region: str, *, versions: bool = False, known: Collection[str] = ()
) -> list[Span]:
    """Find everything personal in a text.

    Where two finds overlap, they are one, of the kind of the one that starts first.

    Args:
        text: As from `plainly`.
        region: ISO code of the country of phone numbers without a country code.
        versions: Four dotted numbers are a version here and no IP address.
        known: Forms of names that are known from elsewhere, as from `name_forms`.

    Returns:
        Start, end and kind of each, in order.

    Examples:
        >>> find_personal("Zoe Rossi, zoe@rossi.example", "US")
        [(0, 9, <Kind.NAME: '⟨NAME⟩'>), (11, 28, <Kind.EMAIL: '⟨EMAIL⟩'>)]
    """
    text = latinised(text)
    found = sorted(
        chain(
            find_emails(text),
            find_urls(text),
            find_addresses(text),
            find_contact_streets(text),
            find_birthdays(text),
            find_numbers(text, region, versions=versions),
            find_names(text),
            find_forms(text, known),
            _encoded(text, region),
        ),
        key=_by_place,
    )
    apart = list(_apart(found))
    again = sorted({*apart, *_again(text, apart)}, key=_by_place)
    return apart if len(again) == len(apart) else list(_apart(again))


def _encoded(text: str, region: str) -> Iterator[Span]:
    """Words that are base64 of something personal; a slash may be a digit or part a path."""
    for word in _LONG_WORD.finditer(text):
        whole = word.group()
        parts = _PART.finditer(text, *word.span()) if "/" in whole else ()
        for piece in (word, *parts):
            inner = unwrapped(piece.group())
            if inner != piece.group():
                for _, _, kind in find_personal(inner, region)[:1]:
                    yield piece.start(), piece.end(), kind


def _again(text: str, found: list[Span]) -> Iterator[Span]:
    """Parts of the whole names that were found, where they stand alone: `Rossi` of `Zoe Rossi`."""
    names = dict.fromkeys(text[start:end] for start, end, kind in found if kind is Kind.NAME)
    words = dict.fromkeys(word for name in names for word in sure_parts(name))
    for word in islice(words, _MOST_PARTS):
        at = text.find(word)
        while at >= 0:
            end = at + len(word)
            if not (text[at - 1 : at].isalpha() or text[end : end + 1].isalpha()):
                yield at, end, Kind.NAME
            at = text.find(word, end)


def scrub_text(
    text: str, region: str, *, versions: bool = False, known: Collection[str] = ()
) -> str:
    """Replace the personal data of one text by marks of its kind.

    Args:
        text: Any text. Invisible characters are dropped, full-width ones become usual ones.
        region: ISO code of the country of phone numbers without a country code.
        versions: Four dotted numbers are a version here and no IP address.
        known: Forms of names that are known from elsewhere, as from `name_forms`.

    Returns:
        The text without what was found; the same object if it was clean.

    Examples:
        >>> scrub_text("Zoe Rossi, zoe@rossi.example", "US")
        '⟨NAME⟩, ⟨EMAIL⟩'
    """
    text = plainly(text)
    found = find_personal(text, region, versions=versions, known=known)
    return write_marks(text, found, [kind.value for _, _, kind in found]) if found else text


def write_marks(text: str, found: Iterable[Span], marks: Iterable[str]) -> str:
    """Write a mark in the place of each find.

    Args:
        text: The text that was searched.
        found: As from `find_personal`.
        marks: One for each.

    Examples:
        >>> write_marks("ask Zoe", [(4, 7, Kind.NAME)], ["⟨NAME⟩"])
        'ask ⟨NAME⟩'
    """
    parts, done = list[str](), 0
    for (start, end, _), mark in zip(found, marks, strict=True):
        parts += text[done:start], mark
        done = end
    return "".join([*parts, text[done:]])


def scrub_names(text: str, known: Collection[str]) -> str:
    """Replace names that are known from elsewhere, and nothing else.

    Args:
        text: Any text.
        known: Forms of the names, as from `name_forms`.

    Examples:
        >>> scrub_names("by xoluj", ["xoluj"])
        'by ⟨NAME⟩'
    """
    found = list(_apart(sorted(find_forms(text, known), key=_by_place)))
    return write_marks(text, found, [Kind.NAME] * len(found)) if found else text


def _by_place(span: Span) -> tuple[int, int]:
    return span[0], -span[1]


def _apart(found: Iterable[Span]) -> Iterator[Span]:
    """Make one of those that overlap."""
    start, end, kind = 0, 0, Kind.NAME
    for one in found:
        if one[0] >= end:
            if end:
                yield start, end, kind
            start, end, kind = one
        else:
            end = max(end, one[1])
    if end:
        yield start, end, kind
