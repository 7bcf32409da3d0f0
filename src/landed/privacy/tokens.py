"""How a capitalised word of a name is written, in any script that has capitals."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from typing import Final

__all__ = [
    "ARTICLE",
    "JOINT",
    "LEGAL_FORM",
    "LETTER",
    "PARTICLES",
    "REST",
    "TOKEN",
    "UPPER",
    "lowered",
    "places_of",
]


def _ranges(characters: Iterable[int]) -> str:
    """Write code points as the inside of a character class."""
    spans: list[list[int]] = []
    for code in characters:
        if spans and code == spans[-1][1] + 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in spans)


UPPER: Final = _ranges(code for code in range(min(sys.maxunicode, 0x2C00)) if chr(code).isupper())
LETTER: Final = r"[^\W\d_]"
REST: Final = rf"(?:{LETTER}|['\u2019-](?={LETTER})){{0,40}}"
TOKEN: Final = rf"[{UPPER}]{REST}"
PARTICLES: Final = (
    "van|von|der|den|de|del|della|di|da|do|dos|das|du|la|le|el|al|bin|ibn|ben|bint|af|av|zu|ter|ten"
)
ARTICLE: Final = r"(?:(?:al|el|ad|an|ar|as|ash|at|az|ibn|abu|bin|'t)[- ])?"  # al-Rashid
# A full stop joins behind a few letters only (J. Doe); "… Doe. Rossi …" are two sentences.
JOINT: Final = (
    rf"(?:(?:\.(?<!{LETTER}{{4}}.))?[ \t\u00a0]{{1,2}}(?:(?:{PARTICLES})[ \t]){{0,2}}{ARTICLE}"
    rf"|\.(?<!{LETTER}{{2}}.))"
)
LEGAL_FORM: Final = re.compile(
    r"['\u2019]?s?,?[ \t]{1,2}(?:&[ \t](?:Co|Sons|Bros)|Ltd|Limited|Inc|LLC|LLP|PLC|plc|GmbH|AG|SE|"
    r"SA|S\.A|SpA|S\.p\.A|BV|B\.V|NV|N\.V|AB|ASA|AS|A/S|Oy|Oyj|KG|Corp|Corporation|Co|Company|Group|"
    r"Holdings?|Partners|Associates|University|College|School|Institute|Hospital|Foundation|Bank|"
    r"Airport|Museum|Library|Theatre|Theater|Stadium|Church|Award|Prize|Scholarship|Industries|"
    r"Motors|Airlines|Brothers|Bros|Sons)\b"
)


def lowered(text: str) -> str:
    """Write small letters, each in the place of its capital.

    Examples:
        >>> len(lowered("\u0130stanbul"))
        8
    """
    return text.lower() if text.isascii() else text.replace("\u0130", "I").lower()


def places_of(text: str, words: Iterable[str]) -> Iterator[int]:
    """Give the places where words stand, in any case: faster than a pattern of many words.

    Args:
        text: Any text.
        words: In small letters.

    Examples:
        >>> list(places_of("Born, newborn", ["born"]))
        [0, 9]
    """
    small = lowered(text)
    for word in words:
        at = small.find(word)
        while at >= 0:
            yield at
            at = small.find(word, at + 1)
