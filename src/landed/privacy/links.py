"""Finds e-mail addresses and URLs, also the ones that try to hide.

Every pattern is bounded or starts at a fixed mark (`@`, `://`), so that the time grows
with the length of the text and not faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from landed.privacy.types import Kind
from landed.privacy.wordlists import may_be_name

__all__ = ["find_emails", "find_urls"]

_LONGEST_LOCAL: Final = 254
_SURE: Final = (
    "com|org|net|edu|gov|mil|int|info|biz|io|dev|app|xyz|tech|online|site|website|blog|page|cloud|"
    "pro|name|jobs|careers|design|digital|agency|studio|software|systems|solutions|services|link|"
    "co|ai|tv|eu|uk|de|fr|nl|ch|se|dk|fi|pl|cz|sk|hu|ro|bg|gr|pt|es|ru|ua|tr|cn|jp|kr|tw|hk|sg|"
    "ph|vn|th|au|nz|ca|mx|br|ar|cl|za|ng|ke|eg|ae|il|ir|ie|si|hr|rs|lt|lv|ee|lu|cat|li|pk|lk"
)
_AT: Final = re.compile(r"@|%40")
_SPELT_AT: Final = re.compile(
    r"@|%40|\s?[(\[{<]\s?(?:at|@)\s?[)\]}>]\s?|\sat\s(?=[\w-]{1,63}(?:\.[\w-]{1,63})?\s?[(\[{]?dot\b)",
    re.IGNORECASE,
)
_SPELT: Final = ("(at", "( at", "[at", "[ at", "{at", "<at", "(@", "[@")
_DOMAIN: Final = re.compile(
    r"\s?[\w-]{1,63}"
    r"(?:(?:\.|%2e|\s?[(\[{<]\s?(?:dot|\.)\s?[)\]}>]\s?|\sdot\s)[\w-]{1,63}){1,8}",
    re.IGNORECASE,
)
# jane.doe@exam-/ple.com, jane.doe @ example.com, jane.doe@example./com: only before a sure ending.
_BROKEN_DOMAIN: Final = re.compile(
    rf"\s{{0,3}}[\w-]{{1,63}}(?:-\n[\w-]{{1,63}})?"
    rf"(?:\n?\.\n?[\w-]{{1,63}}(?:-\n[\w-]{{1,63}})?){{0,4}}\n?\.\n?(?:{_SURE})(?![\w-])",
    re.IGNORECASE,
)
_SURE_END: Final = re.compile(rf"\.\n?(?:{_SURE})\Z", re.IGNORECASE)
_SIGN: Final = re.compile(r"[\d._-]")
_SPACE_BEFORE: Final = re.compile(r"\s{1,3}")
_LACOL: Final = re.compile(r"\"[^\"\n]{1,64}\"|[\w.!#$%&'*+/=?^`{|}~-]{1,254}")
_EMEHCS: Final = re.compile(r"[a-zA-Z0-9+.-]{1,20}")
_REST: Final = r"[^\s<>\"\u27e9]*"
_AFTER_SCHEME: Final = re.compile(rf"://{_REST}|%3A%2F%2F{_REST}", re.IGNORECASE)
_WWW: Final = re.compile(rf"[wW](?<![\w@].)[wW]{{2}}\d?\.[\w-]{_REST}")
_ONLY_WITH_PATH: Final = "me|it|in|is|to|us|at|be|no|my|id|gg|ly|gl|la|fm|so|am|st|ws|cc|gd"
_TOP_LEVEL: Final = re.compile(
    rf"\.(?:(?:{_SURE})(?![\w-]|\.\w)(?:[:/?#]{_REST})?|(?:{_ONLY_WITH_PATH})/{_REST})",
    re.IGNORECASE,
)
_BARE_HOST: Final = re.compile(r"(?:[\w-]{1,63}\.){0,10}[\w-]{1,63}(?![\w@.\u27e8-])")
_PRODUCTS_WORDS: Final = (
    "ado.net asp.net vb.net c#.net ml.net js.net paint.net socket.io draw.io diagrams.net "
    "booking.com monster.com indeed.com amazon.com salesforce.com cars.com care.com "
    "hotels.com realtor.com ancestry.com wordpress.com wordpress.org match.com expedia.com "
    "overstock.com cloud.google.com google.com microsoft.com apple.com force.com code.org "
    "bit.ly chart.io make.com monday.com notion.so character.ai h2o.ai stability.ai c3.ai "
    "scale.ai open.ai careerbuilder.com openoffice.org koffice.org salary.com stamps.com "
    "project.net "
    "learn.com usps.com fedex.com ups.com glassdoor.com ziprecruiter.com"
)
_BRAND: Final = re.compile(
    r"(?:[A-Z]{3,6}|[A-Z][a-z]{2,20}(?:[A-Z][a-z]{0,20}){1,4})\.(?:com|org|net|Net)"
)
_BRAND_PARTS: Final = re.compile(r"[A-Z][a-z]*")
_PRODUCTS: Final = frozenset(_PRODUCTS_WORDS.split())


def find_emails(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Find e-mail addresses, also `jane (at) example dot org` and URL-encoded ones.

    Args:
        text: Any text.

    Yields:
        Start, end and kind of each.

    Examples:
        >>> [text[a:b] for text in ["to zoë+cv@bücher.example!"] for a, b, _ in find_emails(text)]
        ['zoë+cv@bücher.example']
    """
    done = 0
    lowered = text.lower()
    spelt = "dot" in lowered or any(mark in lowered for mark in _SPELT)
    for at in (_SPELT_AT if spelt else _AT).finditer(text):
        if at.start() < done:
            continue
        domain = _DOMAIN.match(text, at.end()) or _BROKEN_DOMAIN.match(text, at.end())
        backwards = text[max(done, at.start() - _LONGEST_LOCAL) : at.start()][::-1]
        gap = _SPACE_BEFORE.match(backwards)
        local = _LACOL.match(backwards, gap.end() if gap else 0)
        if domain and local and (gap is None or _is_mailbox(local.group(), domain.group())):
            # `0@ zoe.quarb@rossi.example`: what looks like a domain is the next one's mailbox.
            done = at.end() if _AT.match(text, domain.end()) else domain.end()
            yield at.start() - local.end(), domain.end(), Kind.EMAIL


def _is_mailbox(lacol: str, domain: str) -> bool:
    """Whether `jane.doe @ x.com` is an address, and not a title at a company."""
    return bool(_SURE_END.search(domain)) and bool(_SIGN.search(lacol)) and not lacol.isdigit()


def find_urls(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Find URLs: with a scheme, with `www.`, or a bare domain of a usual top level.

    Names of products and shops (`ASP.NET`, `Booking.com`) without a path stay.

    Args:
        text: Any text.

    Yields:
        Start, end and kind of each.

    Examples:
        >>> text = "see linkedin.com/in/jane or Booking.com."
        >>> [text[a:b] for a, b, _ in find_urls(text)]
        ['linkedin.com/in/jane']
    """
    lowered = text.lower()
    schemes = _AFTER_SCHEME.finditer(text) if "://" in text or "%3a" in lowered else ()
    for found in schemes:
        backwards = text[max(0, found.start() - 20) : found.start()][::-1]
        scheme = _EMEHCS.match(backwards)
        if scheme:
            yield found.start() - scheme.end(), _end(found), Kind.URL
    for found in _WWW.finditer(text) if "www" in lowered else ():
        yield found.start(), _end(found), Kind.URL
    if "." in text:
        yield from _bare_domains(text)


def _bare_domains(text: str) -> Iterator[tuple[int, int, Kind]]:
    done = 0
    for found in _TOP_LEVEL.finditer(text):
        backwards = text[max(done, found.start() - 253) : found.start()][::-1]
        host = _BARE_HOST.match(backwards)
        done = found.end()
        if not host:
            continue
        start = found.start() - host.end()
        whole = text[start : found.end()]
        if not whole.endswith(".NET") and whole.lower() not in _PRODUCTS and not _is_brand(whole):
            yield start, _end(found), Kind.URL


def _is_brand(host: str) -> bool:
    """`StatCoder.com` is written like a product; `JaneDoe.com` holds a name."""
    parts = _BRAND_PARTS.findall(host.rpartition(".")[0])
    return bool(_BRAND.fullmatch(host)) and not may_be_name([part.lower() for part in parts])


def _end(found: re.Match[str]) -> int:
    """The end without the punctuation of the sentence around it."""
    return found.start() + len(found.group().rstrip(".,;:!?)]}'\u2019"))
