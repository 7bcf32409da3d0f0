"""Finds names of persons by lists, capitals and what stands around them.

A name alone is seldom sure: Jordan is a person, a country and a shop. So each word has a
class (see `wordlists`), and a run of capitalised words is a name when its words together
are enough, or when the text says so ("Dear …", "My name is …", the first line of a CV).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from landed.privacy.cues import (
    LABELS,
    ROLES,
    find_announced,
    find_own_names,
    has_role_before,
    word_before,
)
from landed.privacy.tokens import JOINT, LEGAL_FORM, REST, TOKEN, UPPER
from landed.privacy.types import Kind
from landed.privacy.wordlists import Word, class_of, classes, fold, may_be_name, phrases

__all__ = ["find_names"]


_RUN: Final = re.compile(rf"[{UPPER}](?<![\w\u27e8@].){REST}(?:{JOINT}{TOKEN}){{0,39}}")
_WORD: Final = re.compile(TOKEN)
_FORM_LIST: Final = (
    "ltd limited inc llc llp plc gmbh ag corp corporation co company group holding holdings "
    "university college school institute hospital foundation bank airport museum library "
    "stadium industries motors airlines brothers bros associates partners prize scholarship"
)
_FORM_WORDS: Final = frozenset(_FORM_LIST.split())
_SLUG: Final = re.compile(r"(?<![\w@.-])[A-Za-z]{2,30}(?:[._-][A-Za-z]{2,30}){1,5}(?!\w)")
_SEPARATOR: Final = re.compile(r"[._-](?<=[A-Za-z].)(?=[A-Za-z])")
_SLUG_START: Final = re.compile(r"(?<![\w@.-])[A-Za-z]{2,30}\Z")
_SLUG_PART: Final = re.compile(r"[A-Za-z]+")
_CONTRACTION: Final = re.compile(
    r"(?:i|you|he|she|it|we|they|that|there|here|what|who|how|let|don|can|won|isn)['\u2019]",
    re.IGNORECASE,
)
_POSSESSIVE: Final = re.compile(r"['\u2019][sS]\b")
_SLUG_NAMES: Final = frozenset(
    {(Word.GIVEN, second) for second in (Word.SURNAME, Word.EITHER, Word.PLAIN_SURNAME)}
    | {(first, Word.SURNAME) for first in (Word.EITHER, Word.PLAIN_GIVEN)}
    | {(Word.SURNAME, Word.GIVEN), (Word.SURNAME, Word.SURNAME)}
)
_SURNAMES: Final = (Word.SURNAME, Word.SURNAME)  # Ramsey-Johnson is a company or half a name
_SHORT_ACRONYM: Final = 4
_CAMEL: Final = re.compile(rf"[^\W\d_{UPPER}][{UPPER}]")
_PREFIXES: Final = frozenset(
    [
        "mc",
        "mac",
        "de",
        "di",
        "da",
        "du",
        "del",
        "des",
        "la",
        "le",
        "lo",
        "van",
        "von",
        "vander",
        "fitz",
        "st",
        "te",
        "ten",
        "ter",
        "ab",
        "al",
        "el",
        "jo",
        "ann",
        "anna",
        "mary",
    ]
)
_ACRONYMS: Final = frozenset({Word.UNKNOWN, Word.GIVEN})  # LAN is a network; KIM Minji a person
_MAIL_AFTER: Final = re.compile(r"[,;:]?\s{0,2}[(<\[]?(?:mailto:)?[\w.+-]{1,64}@")
_BESIDE: Final = 70
_NEAR: Final = 5
_ANDS: Final = frozenset({" and ", " & ", " und ", " et ", " y ", " e "})
_RATHER_WORDS: Final = frozenset({Word.PLAIN, Word.PLAIN_GIVEN, Word.PLAIN_SURNAME})
_SURE: Final = frozenset({Word.GIVEN, Word.SURNAME})
_Token = tuple[int, int, Word, str]


class _Run(NamedTuple):
    """A run of capitalised words, for what follows it."""

    tokens: list[_Token]
    named: bool = False
    listed: bool = False

    def near(self, start: int) -> bool:
        """Whether a name ends so close before `start` that a second one may be joined to it."""
        return self.named and start - self.tokens[-1][1] <= _NEAR


_NOBODY: Final = _Run([])


def find_names(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Find names of persons in one text.

    Args:
        text: Any text.

    Yields:
        Start, end and kind of each; they may overlap.

    Examples:
        >>> text = "Dear Zoe, Maria Rossi left Jordan Ltd for Morgan Stanley in San Jose."
        >>> [text[a:b] for a, b, _ in find_names(text)]
        ['Zoe', 'Zoe', 'Maria Rossi']
    """
    yield from find_own_names(text)
    yield from _slugs(text)
    previous = _NOBODY
    for run in _RUN.finditer(text):
        start, end = run.span()
        # Two `replace`: `translate` takes ten times as long.
        words = _folded(run.group()).replace(".", " ").replace("-", " ").split()
        before = word_before(text, start)
        if before in LABELS or not LABELS.isdisjoint(words):
            yield from find_announced(text, start, end)
        role = before in ROLES and has_role_before(text, start)
        if not (
            may_be_name(words)
            or role
            or (previous is not _NOBODY and previous.near(start))
            or (len(words) > 1 and text.find("@", end, end + _BESIDE) >= 0)
        ):
            previous = _NOBODY
            continue
        tokens = _tokens(run, text)
        names = [span for part in _parts(tokens) for span in _judge(part, text, role=role)]
        yield from names
        yield from _beside(previous, tokens, text)
        listed = bool(previous.tokens) and text[previous.tokens[-1][1] : start] == ", "
        previous = _Run(tokens, bool(names), listed)


def _beside(previous: _Run, tokens: list[_Token], text: str) -> Iterator[tuple[int, int, Kind]]:
    """A name that its neighbour makes: `Doe, Jane`; `Jane Doe and Xoluj Quarb`; `Erik, Amy`."""
    if not previous.tokens:
        return
    before, between = previous.tokens, text[previous.tokens[-1][1] : tokens[0][0]]
    if between == ", " and (_is_reversed(before, tokens) or _are_given(before, tokens)):
        yield before[0][0], tokens[-1][1], Kind.NAME
    elif between in _ANDS and _are_people(previous, tokens, text):
        yield tokens[0][0], tokens[-1][1], Kind.NAME
        yield before[-1][0], before[-1][1], Kind.NAME


def _are_people(previous: _Run, tokens: list[_Token], text: str) -> bool:
    """Whether what stands after "and" is a person as what stood before it."""
    kinds = {token[2] for token in tokens}
    if LEGAL_FORM.match(text, tokens[-1][1]) or not kinds.isdisjoint(_RATHER_WORDS):
        return False
    alone = len(tokens) == 1
    if previous.listed:
        return False  # Marshall, Hernandez and Simpson may well be a company
    if previous.named:
        return not alone or Word.UNKNOWN not in kinds
    return alone and len(previous.tokens) == 1 and {*kinds, previous.tokens[0][2]} <= _SURE


def _folded(words: str) -> str:
    """Folded, without the 's of a possessive."""
    if "'" in words or "\u2019" in words:
        return fold(_POSSESSIVE.sub("", words))
    return words.lower() if words.isascii() else fold(words)


def _tokens(run: re.Match[str], text: str) -> list[_Token]:
    spans = [found.span() for found in _WORD.finditer(text, run.start(), run.end())]
    words = [_folded(text[start:end]) for start, end in spans]
    kinds = [class_of(word) for word in words]
    whole = run.group()
    shouted = whole.isupper() and len(spans) > 1
    quoted = "'" in whole or "\u2019" in whole
    pairs = phrases()
    for index, word in enumerate(words):
        if index and f"{words[index - 1]}_{word}" in pairs:
            kinds[index - 1] = kinds[index] = Word.PLAIN
        elif kinds[index] in _ACRONYMS and not shouted and _is_acronym(text, spans[index]):
            kinds[index] = Word.PLAIN
        if (quoted and _CONTRACTION.match(text, *spans[index])) or _is_product(text, spans[index]):
            kinds[index] = Word.PLAIN
    return [
        (start, end, kind, word)
        for (start, end), kind, word in zip(spans, kinds, words, strict=True)
    ]


def _is_product(text: str, span: tuple[int, int]) -> bool:
    """Capitals or digits inside make a product (WinAlign, Lawson S3), but not in McDonald."""
    start, end = span
    if text[end : end + 1].isdigit():
        return True
    camel = None if text[start + 1 : end].islower() else _CAMEL.search(text, start, end)
    return camel is not None and text[start : camel.end() - 1].lower() not in _PREFIXES


def _is_acronym(text: str, span: tuple[int, int]) -> bool:
    start, end = span
    return 1 < end - start <= _SHORT_ACRONYM and text[start:end].isupper()


def _parts(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """Cut a run at the plain words; a legal form behind a part makes it a company."""
    part: list[_Token] = []
    for index, token in enumerate(tokens):
        is_form = token[3] in _FORM_WORDS
        if not is_form and (token[2] is not Word.PLAIN or len(token[3]) == 1):
            part.append(token)
            continue
        if part and not (is_form and _ends_company(tokens[index + 1 :])):
            yield part
        part = []
    if part:
        yield part


def _ends_company(rest: list[_Token]) -> bool:
    """`Rossi Group` is a company; `Rossi, Group Manager` is a person with a title."""
    return not rest or rest[0][3] in _FORM_WORDS


def _judge(part: list[_Token], text: str, *, role: bool) -> Iterator[tuple[int, int, Kind]]:
    while part and len(part[0][3]) == 1 and len(part) > 1 and _is_article(part[0], text):
        part = part[1:]
    if LEGAL_FORM.match(text, part[-1][1]):
        return
    if (len(part) > 1 and (role or _MAIL_AFTER.match(text, part[-1][1]))) or _is_name(
        [token[2] for token in part if len(token[3]) > 1], initials=_has_initial(part)
    ):
        yield part[0][0], part[-1][1], Kind.NAME
    elif len(part) == 1 and part[0][2] is Word.GIVEN and _in_prose(part[0], text):
        yield part[0][0], part[0][1], Kind.NAME


def _slugs(text: str) -> Iterator[tuple[int, int, Kind]]:
    """`jane.doe`, `Jane_Doe_CV`: a given name and a surname without a space."""
    done = 0
    for separator in _SEPARATOR.finditer(text):
        middle = separator.start()
        start = _SLUG_START.search(text, max(0, middle - 31), middle) if middle >= done else None
        slug = _SLUG.match(text, start.start()) if start else None
        if slug is None:
            continue
        done = slug.end()
        parts = [*_SLUG_PART.finditer(text, slug.start(), slug.end())]
        kinds = [classes().get(part.group().lower(), Word.UNKNOWN) for part in parts]
        for index, pair in enumerate(pairwise(kinds)):
            firm = (
                slug.group()[parts[index].end() - slug.start()] == "-" and slug.group()[0].isupper()
            )
            if pair in _SLUG_NAMES and not (firm and pair == _SURNAMES):
                yield parts[index].start(), parts[index + 1].end(), Kind.NAME


def _is_article(token: _Token, text: str) -> bool:
    return token[3] in {"a", "i"} and text[token[1] : token[1] + 1] != "."


def _has_initial(part: list[_Token]) -> bool:
    return any(len(token[3]) == 1 for token in part)


def _is_name(kinds: list[Word], *, initials: bool) -> bool:
    """Say whether words of these classes are a person's name together."""
    if Word.GIVEN in kinds or Word.SURNAME in kinds:
        alone = len(kinds) == 1 and not initials
        return not alone and (Word.GIVEN in kinds or _sure_surname(kinds, initials=initials))
    if Word.EITHER in kinds:
        return _is_either_name(kinds, initials=initials)
    return False


def _sure_surname(kinds: list[Word], *, initials: bool) -> bool:
    others = [kind for kind in kinds if kind is not Word.PLAIN_SURNAME]
    return len(others) > 1 or initials


def _is_either_name(kinds: list[Word], *, initials: bool) -> bool:
    others = [kind for kind in kinds if kind is not Word.EITHER]
    return len(kinds) - len(others) > 1 or (initials and len(kinds) == 1) or Word.UNKNOWN in others


def _in_prose(token: _Token, text: str) -> bool:
    """A lone given name counts between small words: in sentences, not in lists of brands."""
    start, end = token[0], token[1]
    before, after = text[max(0, start - 24) : start], text[end : end + 24]
    around = re.findall(r"\b[a-z]{2,}", before) + re.findall(r"\b[a-z]{2,}", after)
    return len(around) > 0 and not text[start:end].isupper()


def _is_reversed(before: list[_Token], tokens: list[_Token]) -> bool:
    """`Doe, Jane`: a surname, a comma, a given name."""
    return (
        len(tokens) <= 2  # noqa: PLR2004 - two given names
        and len(before) == 1
        and before[0][2] in {Word.SURNAME, Word.EITHER}
        and tokens[0][2] is Word.GIVEN
    )


def _are_given(before: list[_Token], tokens: list[_Token]) -> bool:
    """`Erik, Amy`: given names in a row, each of which could be nothing else."""
    return before[-1][2] is Word.GIVEN is tokens[0][2] and len(before) == len(tokens) == 1
