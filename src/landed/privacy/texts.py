"""One text: find everything personal in it, write marks in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from landed.privacy.addresses import find_addresses
from landed.privacy.links import find_emails, find_urls
from landed.privacy.names import find_names
from landed.privacy.numbers import find_numbers
from landed.privacy.types import Kind

__all__ = ["scrub_text"]

_HIDDEN: Final = re.compile(
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\uff01-\uff5e\ufe6b]"
)
_PLAINLY: Final[dict[int, int | None]] = {
    **dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F)]),
    **dict.fromkeys([*range(0x2060, 0x2065), 0xFEFF]),
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    0xFE6B: ord("@"),
}
_Span = tuple[int, int, Kind]


def scrub_text(text: str, region: str, *, versions: bool = False) -> str:
    """Replace the personal data of one text by marks of its kind.

    Where two finds overlap, both vanish under the mark of the one that starts first.

    Args:
        text: Any text. Invisible characters are dropped, full-width ones become usual ones.
        region: ISO code of the country of phone numbers without a country code.
        versions: Four dotted numbers are a version here and no IP address.

    Returns:
        The text without what was found; the same object if it was clean.

    Examples:
        >>> scrub_text("Zoe Rossi, zoe@rossi.example", "US")
        '⟨NAME⟩, ⟨EMAIL⟩'
    """
    if not text.isascii() and _HIDDEN.search(text):
        text = text.translate(_PLAINLY)
    found = sorted(
        chain(
            find_emails(text),
            find_urls(text),
            find_addresses(text),
            find_numbers(text, region, versions=versions),
            find_names(text),
        ),
        key=_by_place,
    )
    return "".join(_marked(text, found)) if found else text


def _by_place(span: _Span) -> tuple[int, int]:
    return span[0], -span[1]


def _marked(text: str, found: list[_Span]) -> Iterator[str]:
    done = 0
    for start, end, kind in found:
        if start >= done:
            yield text[done:start]
            yield kind.value
        done = max(done, end)
    yield text[done:]
