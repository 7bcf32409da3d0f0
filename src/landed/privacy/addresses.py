"""Finds street addresses: a number and a street word, in the order of several languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from landed.privacy.types import Kind
from landed.privacy.wordlists import fold, plain_words

__all__ = ["find_addresses"]

_S: Final = r"[ \t\u00a0]{1,2}"
_CAP: Final = r"[^\W\d_a-z][\w'\u2019.-]{0,30}"
_SMALL: Final = (
    r"(?:de|del|della|der|den|des|di|da|do|dos|das|la|le|les|du|van|von|el|of|the|st\.?)"
)
_PART: Final = rf"(?:{_CAP}|{_SMALL}|\d{{1,3}}(?:st|nd|rd|th))"
_NUMBER: Final = r"\d{1,6}[A-Za-z]?(?:[-/]\d{1,4}[A-Za-z]?)?"
_FULL: Final = (
    r"street|avenue|boulevard|road|lane|drive|court|circle|terrace|highway|parkway|crescent|alley|"
    r"square|close|mews|grove|crossing|turnpike|expressway|bypass"
)
_SHORT: Final = (
    r"St|Ave|Av|Blvd|Rd|Ln|Dr|Ct|Cir|Ter|Terr|Hwy|Pkwy|Pl|Place|Plaza|Sq|Way|Trail|Trl|Row|Loop|"
    r"Walk|Gardens|Heights|Hills?|Ridge|View|Run|Pike|Path|Point|Bend|Cove|Glen|Park|Route|Rte"
)
_GERMANIC_WORDS: Final = (
    "stra\xdfe strasse str gasse weg allee platz ufer damm laan straat gracht plein kade dreef "
    "gatan gata v\xe4gen vagen veien vegen vej gade all\xe9 gr\xe4nd tie katu kuja polku tanea "
    "utca k\xf6z vegur braut"
)
_GERMANIC: Final = tuple(_GERMANIC_WORDS.split())
_LEADING: Final = (
    r"(?:(?i:rue|boulevard|all\u00e9e|chemin|impasse|viale|piazza|piazzale|vicolo|calle|c/|avenida|"
    r"avda\.?|paseo|rua|travessa|pra\u00e7a|ul\.|ulica|aleja|al\.|os\.|ulitsa|bulevar|jalan|jl\.|"
    r"\u03bf\u03b4\u03cc\u03c2|\u03bb\u03b5\u03c9\u03c6\u03cc\u03c1\u03bf\u03c2)"
    r"|Avenue|Quai|Cours|Route|Via|Corso|Strada|Av\.|Plaza|Camino|Carrera|Carrer|Largo|Pl\.|Str\.|"
    r"Calea|Place)"
)
_UNIT: Final = (
    rf"(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|bldg|building|lot)\.?{_S}?#?\w{{1,6}}"
)
_STATE: Final = (
    r"A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|"
    r"S[CD]|T[NX]|UT|V[AT]|W[AIVY]|A[AEP]"
)
_GAP: Final = r",?\s{1,4}"
_TAIL: Final = (
    rf"(?:{_GAP}(?i:{_UNIT})){{0,2}}"
    rf"(?:(?:{_GAP}{_CAP}(?:{_S}{_CAP}){{0,2}}){{0,2}}(?:\s?,?{_S}(?:{_STATE})\b)?"
    rf"(?:{_GAP}{_CAP}(?:{_S}{_CAP}){{0,2}})?,?\s{{1,3}}\d{{4,6}}(?:-\d{{4}})?(?!\w)"
    rf"|,{_S}{_CAP}(?:{_S}{_CAP}){{0,2}}(?:,?{_S}(?:{_STATE})\b)?)?"
)
# 12 N. Main Street, Apt 4, Springfield, IL 62704; 12 rue de la Paix; 12 main street
_HEAD: Final = r"\d(?<![\w.,$-]\d)"  # starts with the digit: the engine then skips to digits fast
_NUMBER_FIRST: Final = re.compile(
    rf"{_HEAD}\d{{0,5}}[A-Za-z]?(?:[-/]\d{{1,4}}[A-Za-z]?)?,?{_S}"
    rf"(?:(?:{_PART}{_S}){{0,4}}(?:{_CAP}{_S})(?i:{_FULL})\b\.?"
    rf"|(?:{_PART}{_S}){{1,5}}(?:{_SHORT})\b\.?"
    rf"|[a-z]{{3,20}}{_S}(?:street|avenue|boulevard|road|lane|drive|court)\b"
    rf"|{_LEADING}{_S}(?:{_PART}{_S}){{0,5}}{_CAP}){_TAIL}"
)
# Hauptstra\u00dfe 5a; 6750 Koskikatu 25; Rua das Flores 12; ul. Jesionowa 127
_NUMBER_LAST: Final = re.compile(
    r"\d(?<!\w\d)\d{0,5}[A-Za-z]?(?:[-/]\d{1,4}[A-Za-z]?)?(?![\w%]|\.\w)"
)
_NUMBER_SIGN: Final = re.compile(r"(?:[ \t\u00a0]n[.\u00ba\u00b0]?|[.,])?[ \t\u00a0]{1,2}\Z")
_STREET_BEFORE: Final = re.compile(
    rf"(?<!\w)(?:\d{{1,6}}{_S})?(?:(?:{_CAP}|{_SMALL}){_S}){{0,3}}[^\W\d_][\w.'\u2019-]{{1,40}}\Z"
)
_LEADING_BEFORE: Final = re.compile(
    rf"(?<!\w)(?:\d{{1,6}}{_S})?{_LEADING}{_S}(?:{_PART}{_S}){{0,5}}{_CAP}\Z"
)
# 641 Da\u0161ick\u00e1 688: a house number before and behind, no plain word between
_BOTH_BEFORE: Final = re.compile(rf"(?<![\w.,$-])\d{{2,6}}{_S}(?:{_PART}{_S}){{0,3}}{_CAP}\Z")
_TAIL_ONLY: Final = re.compile(_TAIL)
_SAID: Final = re.compile(
    r"(?i:\baddress(?:es)?(?:\s(?:is|are|to|with))?:?|\blives? (?:at|on)|\blocated at|\bcorner of|"
    r"\bdrops you off at|\bmail(?:ed)? to|\btaxi to|\bdelivered? to|\bmeet me at)\s{1,8}"
    rf"(?P<address>(?:the corner of{_S})?(?:\d{{1,6}}{_S}[^\W\d_][^\n,;?!]{{2,50}}"
    rf"|[^\W\d_a-z][^\n,;?!\d]{{2,40}}{_S}\d{{1,5}}(?!\w)){_TAIL})"
)
_BOXES: Final = re.compile(
    rf"(?<!\w)(?:(?i:p\.?{_S}?o\.?{_S}?box{_S}\d{{1,6}}"
    rf"|(?:psc|unit){_S}\d{{1,6}},?{_S}box{_S}\d{{1,6}}|box{_S}\d{{2,6}}|(?:apt|apartment|suite|ste)\.?{_S}#?\d{{1,5}}[a-z]?\b){_TAIL}"
    rf"|(?:USS|USNS|USNV|USCGC){_S}{_CAP}\s{{1,2}}[AFD]PO\b)"
)
_BOX_WORDS: Final = ("box", "apt", "apartment", "suite", "ste", "apo", "fpo", "dpo")
_POST_CODES: Final = re.compile(
    rf"[A-Z](?<!\w.)(?:[A-Z](?<={_STATE}),?{_S}\d{{5}}(?:-\d{{4}})?(?![\w-])"
    r"|(?<![QVX])(?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-Z]|[A-HK-Y]\d[A-Z]) \d[ABD-HJLNP-UW-Z]{2}\b"
    r"|(?<![DFIOQUWZ])\d[ABCEGHJ-NPRSTV-Z] \d[ABCEGHJ-NPRSTV-Z]\d\b)"
)
_SAID_WORDS: Final = (
    "address",
    "live",
    "located",
    "corner",
    "drops",
    "mail to",
    "mailed to",
    "taxi",
    "deliver",
    "meet me",
)
_DIGIT: Final = re.compile(r"\d")
_LEADING_LIST: Final = (
    "rue boulevard all\xe9e chemin impasse viale piazza piazzale vicolo calle c/ avenida avda "
    "avda. paseo rua travessa pra\xe7a ul. ulica aleja al. os. ulitsa bulevar jalan jl. "
    "\u03bf\u03b4\u03cc\u03c2 \u03bb\u03b5\u03c9\u03c6\u03cc\u03c1\u03bf\u03c2 "
    "avenue quai cours route via corso strada av. plaza camino carrera carrer largo pl. str. "
    "calea place"
)
_LEADING_WORDS: Final = frozenset(_LEADING_LIST.split())
_REACH: Final = 70


def find_addresses(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Find street addresses, post boxes, flats and complete post codes.

    A city, state or country alone is no address: where jobs and people are is what the
    analytics is about.

    Args:
        text: Any text.

    Yields:
        Start, end and kind of each; they may overlap.

    Examples:
        >>> text = "at 12 Main Street, Springfield or Hauptstr. 5 in Berlin"
        >>> [text[a:b] for a, b, _ in find_addresses(text)]
        ['12 Main Street, Springfield', 'Hauptstr. 5']
    """
    if not _DIGIT.search(text):
        return
    lowered = text.lower()
    patterns = [_NUMBER_FIRST, _POST_CODES]
    if any(word in lowered for word in _BOX_WORDS):
        patterns.append(_BOXES)
    for found in chain.from_iterable(pattern.finditer(text) for pattern in patterns):
        yield found.start(), found.end(), Kind.ADDRESS
    if any(word in lowered for word in _SAID_WORDS):
        for found in _SAID.finditer(text):
            yield found.start("address"), found.end("address"), Kind.ADDRESS
    yield from _streets_before_numbers(text)


def _streets_before_numbers(text: str) -> Iterator[tuple[int, int, Kind]]:
    for number in _NUMBER_LAST.finditer(text):
        start = _street_start(text, number.start())
        if start is not None:
            tail = _TAIL_ONLY.match(text, number.end())
            yield start, tail.end() if tail else number.end(), Kind.ADDRESS


def _street_start(text: str, end: int) -> int | None:
    """Where the street begins whose house number stands at `end`; None if it is none."""
    if text[end - 1 : end] not in {" ", "\t", "\u00a0"}:
        return None
    line = max(text.rfind("\n", 0, end) + 1, end - _REACH)
    gap = _NUMBER_SIGN.search(text, max(line, end - 5), end)
    before = text[line : gap.start()] if gap else ""
    if not before[-1:].isalpha():
        return None
    found = None
    if before.lower().endswith(_GERMANIC):
        found = _STREET_BEFORE.search(before)
    if not found and not _LEADING_WORDS.isdisjoint(before.lower().split()):
        found = _LEADING_BEFORE.search(before)
    if not found and _DIGIT.search(before):
        found = _without_plain(_BOTH_BEFORE.search(before))
    return line + found.start() if found else None


def _without_plain(found: re.Match[str] | None) -> re.Match[str] | None:
    if found and plain_words().isdisjoint(map(fold, found.group().split()[1:])):
        return found
    return None
