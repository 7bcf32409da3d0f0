"""Finds what is written in digits: cards, IBANs, IP and hardware addresses, SSNs, phones.

Dates, amounts, ranges, versions, UUIDs and hashes are digits too: a phone number must
look like one, or stand behind a word such as "call", or be valid in its country.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv6Address
from typing import Final

import phonenumbers

from landed.privacy.contacts import is_near_mail
from landed.privacy.nationals import find_nationals, is_labelled, is_national
from landed.privacy.types import Kind

__all__ = ["find_numbers", "is_card"]

_UUID: Final = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_TIME: Final = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?:\s?[+-]\d\d:?\d\d|Z)?"
_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_SPACE: Final = r" \t\u00a0\u2009\u202f"
_DASH: Final = r"\-\u2010-\u2015\u2212"
# Where a run may start: the engine skips to its first sign fast, which it can't with `_RUN`.
_START: Final = re.compile(
    r"[\da-fA-F+(](?<!\w.)(?:(?<![a-fA-F])|[0-9a-fA-F](?:[:-]|[0-9a-fA-F]{6}-))"
)
_RUN: Final = re.compile(
    rf"(?<!\w)(?:(?P<keep>(?<!-)(?:{_UUID}|{_TIME})(?![\w-]))"
    rf"|(?P<ip>(?<!\.)(?:{_OCTET}\.){{3}}{_OCTET}(?!\w|\.\d))"
    r"|(?P<mac>(?<![:-])[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}(?![\w:-]))"
    rf"|[+(]{{0,2}}\d[\d{_SPACE}().{_DASH}/]{{5,40}}\d(?=x\d|(?!\w))"
    rf"|\+?\d{{7,}}(?!\w))"
)
_IBAN: Final = re.compile(
    r"\d\d(?<=[A-Z]{2}..)(?<!\w[A-Z]{2}..)(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)",
    re.IGNORECASE,
)
# How many characters an IBAN of a country has (the registry of ISO 13616).
_IBAN_LIST: Final = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 "
    "DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 "
    "IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 "
    "MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 "
    "SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30 "
)
_IBAN_LENGTHS: Final = {entry[:2]: int(entry[2:]) for entry in _IBAN_LIST.split()}
_IP6: Final = re.compile(r"(?<![\w:])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])")
_COLONS: Final = re.compile(r":[0-9a-fA-F]{0,4}:")  # each address has it, and it is found faster
_SSN: Final = re.compile(rf"\d{{3}}([{_DASH}{_SPACE}.])\d{{2}}\1\d{{4}}")
_ISBN: Final = re.compile(rf"97[89][{_DASH} ]?\d[\d{_DASH} ]{{8,12}}\d")
_DATES: Final = re.compile(
    rf"(?<!\d)(?:(?:19|20)\d\d[{_DASH}/.](?:0?[1-9]|1[0-2])(?:[{_DASH}/.](?:[0-2]?\d|3[01]))?"
    rf"|(?:[0-2]?\d|3[01])[{_DASH}/.](?:[0-2]?\d|3[01])[{_DASH}/.](?:19|20)?\d\d"
    rf"|(?:0?[1-9]|1[0-2])[{_DASH}/.](?:19|20)\d\d"
    rf"|(?:19|20)\d\d[{_SPACE}]{{0,2}}[{_DASH}/][{_SPACE}]{{0,2}}(?:19|20)\d\d"
    rf"|(?:19|20)\d{{2}}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]))(?!\d|[{_DASH}.]\d)"
)
_NORTH_AMERICAN: Final = re.compile(
    rf"(?<!\d)(?:\+?1[{_SPACE}{_DASH}.]{{0,2}})?(?:\(\d{{3}}\)[{_SPACE}{_DASH}.]{{0,2}}"
    rf"|\d{{3}}[{_SPACE}{_DASH}./]{{1,2}})\d{{3}}[{_SPACE}{_DASH}.]{{1,2}}\d{{4}}(?!\d)"
)
_GROUPED: Final = re.compile(
    rf"\+\d[\d{_SPACE}().{_DASH}]{{6,18}}\d|(?<!\d)0\d(?:[{_SPACE}.{_DASH}]\d\d){{4}}(?!\d)"
)
_LABEL: Final = re.compile(
    r"\b(?:phone|tel|telephone|telefon|t[eé]l[eé]phone|tel[eé]fono|call(?:ed|ing)?|mobile|mobil|cell|"
    r"handy|fax|ring|reach|dial|text|sms|whatsapp|contact|hotline|answering|messages?|registered|"
    r"number)\b",
    re.IGNORECASE,
)
_CARD_LABEL: Final = re.compile(r"\b(?:card|cc|visa|mastercard|amex)\b", re.IGNORECASE)
_MONEY_BEFORE: Final = re.compile(r"(?:[$€£¥₹]|usd|eur|gbp|inr)\s?$", re.IGNORECASE)
_COUNT_AFTER: Final = re.compile(
    r"\s?(?:%|€|£|\$|usd|eur|gbp|k\b|employees|users|people|customers|records|rows|lines|events|"
    r"requests|dollars|euros|rupees|units|bytes|[kmgt]b\b|ms\b|hours|miles|km\b)",
    re.IGNORECASE,
)
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:([ .\u00a0\u202f])\d{3})(?:\1\d{3})*")
_DECIMAL: Final = re.compile(r"\d{1,20}\.\d{1,30}")
_EXTENSION: Final = re.compile(r"\s?(?:x|ext\.?|extension)\s?\d{1,6}\b", re.IGNORECASE)
_VERSION_BEFORE: Final = re.compile(r"(?:\bv|version|release|build)\s?$", re.IGNORECASE)
_NOT_DIGITS: Final = re.compile(r"\D+")
_FEWEST, _MOST = 7, 15
_FEWEST_OF_ID: Final = 6
_ID_LENGTHS: Final = frozenset({10, 11, 12, 13, 15})
_LONG_RUN: Final = 36
_YEAR_DIGITS: Final = 4
_IBAN_ODD: Final = 97


def find_numbers(
    text: str, region: str, *, versions: bool = False
) -> Iterator[tuple[int, int, Kind]]:
    """Find personal data that is written in digits.

    Args:
        text: Any text.
        region: ISO code of the country of phone numbers without a country code.
        versions: Four dotted numbers are a version here and no IP address.

    Yields:
        Start, end and kind of each.

    Examples:
        >>> text = "2019-2021, 120,000 rows, (415) 555-0123, 10.1.2.3, 078-05-1120"
        >>> [(text[a:b], kind.name) for a, b, kind in find_numbers(text, "US")]
        [('(415) 555-0123', 'PHONE'), ('10.1.2.3', 'IP'), ('078-05-1120', 'SSN')]
    """
    cut = False
    for found in _runs(text):
        cut = cut or found.end() - found.start() >= _LONG_RUN
        if found["ip"]:
            if not versions and not _VERSION_BEFORE.search(
                text, max(0, found.start() - 10), found.start()
            ):
                yield found.start(), found.end(), Kind.IP
        elif found["mac"]:
            yield found.start(), found.end(), Kind.IP
        elif not found["keep"]:
            yield from _judge(text, found.start(), found.end(), region)
    if cut:
        # A run ends after some forty characters, perhaps in the middle of a number.
        yield from _inside(text, 0)
    yield from find_nationals(text)
    yield from _lettered(text)


def _runs(text: str) -> Iterator[re.Match[str]]:
    done = 0
    for start in _START.finditer(text):
        found = _RUN.match(text, start.start()) if start.start() >= done else None
        if found:
            done = found.end()
            yield found


def _lettered(text: str) -> Iterator[tuple[int, int, Kind]]:
    for found in _IBAN.finditer(text):
        start = found.start() - 2
        if _is_iban(text[start : found.end()]):
            yield start, found.end(), Kind.IBAN
    if _COLONS.search(text) and ("::" in text or text.count(":") > _FEWEST - 1):
        for found in _IP6.finditer(text):
            if _is_ip6(found.group()):
                yield found.start(), found.end(), Kind.IP


def _judge(text: str, start: int, end: int, region: str) -> Iterator[tuple[int, int, Kind]]:
    if text[start] == "(" and ")" not in text[start:end]:
        start += 1
    run = text[start:end]
    digits = _NOT_DIGITS.sub("", run)
    before = text[max(0, start - 32) : start]
    if is_card(digits) or (12 <= len(digits) <= 19 and _CARD_LABEL.search(before)):  # noqa: PLR2004 - ISO 7812
        yield start, end, Kind.CARD
    elif (
        _SSN.fullmatch(run)
        or (len(digits) in _ID_LENGTHS and is_national(run))
        or (_FEWEST_OF_ID <= len(digits) <= _MOST and is_labelled(text, start))
    ):
        yield start, end, Kind.SSN
    elif _is_phone(run, digits, before, text[end : end + 12], region) or (
        run.isdigit() and 8 <= len(digits) <= 12 and is_near_mail(text, start, end)  # noqa: PLR2004
    ):
        extension = _EXTENSION.match(text, end)
        yield start, extension.end() if extension else end, Kind.PHONE
    else:
        yield from _inside(run, start)


def _inside(run: str, start: int) -> Iterator[tuple[int, int, Kind]]:
    """Several numbers in one run: find those whose shape is sure."""
    for pattern, kind in ((_NORTH_AMERICAN, Kind.PHONE), (_GROUPED, Kind.PHONE), (_SSN, Kind.SSN)):
        for found in pattern.finditer(run):
            yield start + found.start(), start + found.end(), kind


def _is_phone(run: str, digits: str, before: str, after: str, region: str) -> bool:
    count = len(digits)
    if not _FEWEST <= count <= _MOST or _ISBN.fullmatch(run):
        return False
    if run[0] == "+" or _NORTH_AMERICAN.fullmatch(run):
        return True
    if len(_NOT_DIGITS.sub("", _DATES.sub(" ", run))) < _FEWEST or _all_years(run):
        return False
    if _MONEY_BEFORE.search(before) or _COUNT_AFTER.match(after):
        return False
    if _LABEL.search(before):
        return True
    return _bare_phone(digits, region) if run.isdigit() else _spaced_phone(run, digits)


def _all_years(run: str) -> bool:
    groups = _NOT_DIGITS.split(run.strip("()"))
    years = [group for group in groups if len(group) == _YEAR_DIGITS and group[:2] in {"19", "20"}]
    return bool(years) and all(len(group) <= 2 or group in years for group in groups)  # noqa: PLR2004 - day, month


def _bare_phone(digits: str, region: str) -> bool:
    """Digits without any separator: an id, unless it is a valid number of the country."""
    if len(digits) not in {10, 11, 12}:
        return False
    if digits[0] == "0" and digits[1] != "0" and len(digits) < 12:  # noqa: PLR2004 - trunk prefix
        return True
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, region))
    except phonenumbers.NumberParseException:
        return False


def _spaced_phone(run: str, digits: str) -> bool:
    groups = [group for group in _NOT_DIGITS.split(run) if group]
    if run[0] in "0(" and len(digits) > _FEWEST:
        return not _DECIMAL.fullmatch(run)
    if _is_amount_or_range(run, groups):
        return False
    return len(groups) > 1 and len(digits) <= 12 and min(map(len, groups)) > 1  # noqa: PLR2004


def _is_amount_or_range(run: str, groups: list[str]) -> bool:
    if _THOUSANDS.fullmatch(run):
        return run[0] != "0" and (len(groups) != 3 or groups[-1] == "000" or len(groups[0]) < 3)  # noqa: PLR2004
    if len(groups) != 2:  # noqa: PLR2004 - a decimal or a range has two parts
        return False
    first, last = groups
    return (
        run.count(".") == 1
        or len(first) == len(last)
        or last.endswith("0")
        or (len(last) - len(first) == 1 and first.endswith(("0", "1")))
    )


def is_card(digits: str) -> bool:
    """Say whether digits are a payment card's: length, issuer and Luhn's check digit.

    Examples:
        >>> is_card("4111111111111111"), is_card("4111111111111112")
        (True, False)
    """
    if not 13 <= len(digits) <= 19 or digits[0] not in "23456":  # noqa: PLR2004 - ISO 7812
        return False
    double = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
    values = [int(digit) for digit in reversed(digits)]
    return (sum(values[::2]) + sum(double[value] for value in values[1::2])) % 10 == 0


def _is_iban(text: str) -> bool:
    plain = text.replace(" ", "").upper()
    if _IBAN_LENGTHS.get(plain[:2]) != len(plain):
        return False
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % _IBAN_ODD == 1


def _is_ip6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return len(text) > 3  # noqa: PLR2004 - "::" and "::1" are code, not people
