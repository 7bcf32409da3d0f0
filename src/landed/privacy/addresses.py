"""Finds street addresses: a number and a street word, in the order of several languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from landed.privacy.tokens import places_of
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
    "utca k\xf6z vegur braut -ring steig stieg bulevardi puiestee maantee bakken vangen stien "
    "br\xfccke berget backen"
)
_GERMANIC: Final = tuple(_GERMANIC_WORDS.split())
# The same where they stand apart: Trenerys gate 232, Luite tee 87, Erzs\u00e9bet t\u00e9r 19.
_APART_WORDS: Final = (
    "gate tee t\xe9r u. \xfat \xfatja rkp. k\xf6r\xfat p\xf5ik terrasse vei v\xe4g all\xe9 plads "
    "tori str. "
    "puiestee maantee iela g. pr. cesta ulica"
)
_APART: Final = tuple(f" {word}" for word in _APART_WORDS.split())
_LEADING: Final = (
    r"(?:(?i:rue|boulevard|all\u00e9e|chemin|impasse|viale|piazza|piazzale|vicolo|calle|c/|avenida|"
    r"avda\.?|paseo|rua|travessa|pra\u00e7a|ul\.|ulica|aleja|al\.|os\.|ulitsa|bulevar|jalan|jl\.|gang|pl\.|plac|alameda|glorieta|rotonda|borgo|contrada|"
    r"ca\u00f1ada|intrarea|strada|aleea|r\u00faa|largo|pra\u00e7a|"
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
    rf"(?:\.?{_GAP}(?i:{_UNIT})){{0,2}}"
    rf"(?:\n{{1,2}}\s?{_CAP}(?:{_S}(?:{_CAP}|{_SMALL})){{0,4}}\n,\s\w{{1,3}}\n\s(?:{_CAP}{_S}){{0,2}}\d{{4,6}}\b)?"
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
    rf"|{_LEADING}{_S}(?:{_PART}{_S}){{0,5}}{_CAP}"
    rf"|(?:avenue|place|quai|cours|route|square){_S}(?:(?:de|du|des|la|le){_S}|d['\u2019]){{1,2}}{_CAP}){_TAIL}"
)
# Hauptstra\u00dfe 5a; 6750 Koskikatu 25; Rua das Flores 12; ul. Jesionowa 127
_NUMBER_LAST: Final = re.compile(
    r"\d(?<!\w\d)\d{0,5}[A-Za-z]?(?:[-/]\d{1,4}[A-Za-z]?)?(?![\w%]|\.\w)"
)
_NUMBER_SIGN: Final = re.compile(r"(?:[ \t\u00a0]n[.\u00ba\u00b0]?|[.,])?[ \t\u00a0]{1,2}\Z")
_STREET_BEFORE: Final = re.compile(
    rf"(?<!\w)(?:\d{{1,6}}{_S})?(?:(?:{_CAP}|{_SMALL}){_S}){{0,3}}[^\W\d_][\w.'\u2019-]{{1,40}}\Z"
)
_APART_BEFORE: Final = re.compile(
    rf"(?<!\w)(?:\d{{1,6}}{_S})?{_CAP}(?:{_S}(?:{_CAP}|{_SMALL})){{0,3}}{_S}[^\W\d_]{{1,10}}\.?\Z"
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
    rf"(?P<address>the corner of{_S}[^\n,;?!]{{3,60}}|(?:the corner "
    rf"of{_S})?(?:\d{{1,6}}{_S}[^\W\d_][^\n,;?!]{{2,50}}"
    rf"|[^\W\d_a-z][^\n,;?!\d]{{2,40}}{_S}\d{{1,5}}(?!\w)){_TAIL})"
)
_BOXES: Final = re.compile(
    rf"(?<!\w)(?:(?i:p\.?{_S}?o\.?{_S}?box{_S}\d{{1,6}}"
    rf"|(?:psc|unit){_S}\d{{1,6}},?{_S}box{_S}\d{{1,6}}|box{_S}\d{{2,6}}|(?:apt|apartment|suite|ste)\.?{_S}#?\d{{1,5}}[a-z]?\b){_TAIL}"
    rf"|(?:USS|USNS|USNV|USCGC){_S}{_CAP}\s{{1,2}}[AFD]PO\b)"
)
_BOX_WORDS: Final = frozenset({"box", "apt", "apartment", "suite", "ste"})
_BOX_DIGIT: Final = re.compile(r"\d(?<=[xXtTeE.#][ \t#].)")
_MILITARY: Final = (" APO", " FPO", " DPO")
_COUNTRIES: Final = (
    r"Argentina|Australia|Austria|Belgium|Brazil|Bulgaria|Canada|Chile|China|Croatia|Cyprus|Denmark|"
    r"Czech Republic|Czechia|Egypt|Estonia|Finland|France|Germany|Greece|Greenland(?:er)?|"
    r"Hungary|Iceland|"
    r"India|Ireland|Israel|Italy|Japan|Latvia|Lithuania|Luxembourg|Malaysia|Mexico|Morocco|Netherlands|"
    r"New Zealand|Norway|Poland|Portugal|Romania|Serbia|Singapore|Slovakia|Slovenia|South Africa|"
    r"Spain|"
    r"Sweden|Switzerland|Tunisia|Turkey|Ukraine|United Kingdom|United States|Uruguay|Vietnam"
)
_COUNTRY_CODE: Final = re.compile(
    rf"\b(?:{_COUNTRIES})(?: \([A-Z][a-z]+\))? (\d{{5}})(?=\s*(?:$|[\n>.;?]))", re.MULTILINE
)
_POST_CODES: Final = re.compile(
    rf"[A-Z](?<!\w.)(?:[A-Z](?<={_STATE}),?{_S}\d{{5}}(?:-\d{{4}})?(?![\w-])"
    r"|(?<![QVX])(?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-Z]|[A-HK-Y]\d[A-Z]) \d[ABD-HJLNP-UW-Z]{2}\b"
    r"|(?<![DFIOQUWZ])\d[ABCEGHJ-NPRSTV-Z] \d[ABCEGHJ-NPRSTV-Z]\d\b)"
)
_SAID_LIST: Final = "address lives live located corner drops mail taxi deliver meet"
_SAID_WORDS: Final = tuple(_SAID_LIST.split())
_FIVE: Final = re.compile(r" \d{5}\b")
_NUMBER_BEFORE: Final = re.compile(r"(?<![\w.,$-])\d{1,6}[ \t]\Z")
_DIGIT: Final = re.compile(r"\d")
_LEADING_LIST: Final = (
    "rue boulevard all\xe9e chemin impasse viale piazza piazzale vicolo calle c/ avenida avda "
    "avda. paseo rua travessa pra\xe7a ul. ulica aleja al. os. ulitsa bulevar jalan jl. gang "
    "pl. plac alameda glorieta rotonda borgo contrada ca\xf1ada intrarea aleea r\xfaa "
    "\u03bf\u03b4\u03cc\u03c2 \u03bb\u03b5\u03c9\u03c6\u03cc\u03c1\u03bf\u03c2 "
    "avenue quai cours route via corso strada av. plaza camino carrera carrer largo pl. str. "
    "calea place"
)
_LEADING_WORDS: Final = frozenset(_LEADING_LIST.split())
_REACH: Final = 70
_LONGEST_BEFORE: Final = 7  # six digits and a space


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
    for found in chain(_NUMBER_FIRST.finditer(text), _POST_CODES.finditer(text), _boxes(text)):
        before = _NUMBER_BEFORE.search(text, max(0, found.start() - _LONGEST_BEFORE), found.start())
        yield before.start() if before else found.start(), found.end(), Kind.ADDRESS
    for found in _said(text):
        yield found.start("address"), found.end("address"), Kind.ADDRESS
    if _FIVE.search(text):
        for found in _COUNTRY_CODE.finditer(text):
            yield *found.span(1), Kind.ADDRESS
    yield from _streets_before_numbers(text)


def _boxes(text: str) -> Iterator[re.Match[str]]:
    """Post boxes and flats: looked for only where such a word stands before a digit."""
    for digit in _BOX_DIGIT.finditer(text):
        words = text[max(0, digit.start() - 14) : digit.start()].lower().rstrip("# ").split()
        if words and words[-1].strip(".,:;>(#") in _BOX_WORDS:
            yield from _BOXES.finditer(text)
            return
    if any(word in text for word in _MILITARY):
        yield from _BOXES.finditer(text)


def _said(text: str) -> Iterator[re.Match[str]]:
    """What a text calls an address: looked for only where it says so."""
    for at in places_of(text, _SAID_WORDS):
        found = _SAID.match(text, at)
        if found:
            yield found


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
    if not before[-1:].isalpha() and not before.endswith(_APART):
        return None
    found = None
    lowered = before.lower()
    if lowered.endswith(_GERMANIC):
        found = _STREET_BEFORE.search(before)
    elif lowered.endswith(_APART):
        found = _without_plain(_APART_BEFORE.search(before))
    if not found and not _LEADING_WORDS.isdisjoint(lowered.split()):
        found = _LEADING_BEFORE.search(before)
    if not found and _DIGIT.search(before):
        found = _without_plain(_BOTH_BEFORE.search(before))
    return line + found.start() if found else None


def _without_plain(found: re.Match[str] | None) -> re.Match[str] | None:
    if found and plain_words().isdisjoint(map(fold, found.group().split()[1:])):
        return found
    return None
