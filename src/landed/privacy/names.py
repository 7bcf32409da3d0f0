"""Finds names of persons by lists, capitals and what stands around them.

A name alone is seldom sure: Jordan is a person, a country and a shop. So each word has a
class (see `wordlists`), and a run of capitalised words is a name when its words together
are enough, or when the text says so ("Dear …", "My name is …", the first line of a CV).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from landed.privacy.types import Kind
from landed.privacy.wordlists import Word, classes, fold, name_words, phrases

__all__ = ["announced_names", "find_names", "name_pattern"]


def _ranges(characters: Iterable[int]) -> str:
    """Write code points as the inside of a character class."""
    spans: list[list[int]] = []
    for code in characters:
        if spans and code == spans[-1][1] + 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in spans)


_UPPER: Final = _ranges(code for code in range(min(sys.maxunicode, 0x2C00)) if chr(code).isupper())
_LETTER: Final = r"[^\W\d_]"
_REST: Final = rf"(?:{_LETTER}|['\u2019-](?={_LETTER})){{0,40}}"
_TOKEN: Final = rf"[{_UPPER}]{_REST}"
_PARTICLES: Final = (
    "van|von|der|den|de|del|della|di|da|do|dos|das|du|la|le|el|al|bin|ibn|ben|bint|af|av|zu|ter|ten"
)
_JOINT: Final = rf"(?:\.?[ \t\u00a0]{{1,2}}(?:(?:{_PARTICLES})[ \t]){{0,2}}|\.(?<!{_LETTER}{{2}}.))"
_RUN: Final = re.compile(rf"[{_UPPER}](?<![\w\u27e8@].){_REST}(?:{_JOINT}{_TOKEN}){{0,39}}")
_WORD: Final = re.compile(_TOKEN)
_ANY_WORD: Final = re.compile(rf"{_LETTER}{_REST}")
_LEGAL_FORM: Final = re.compile(
    r"['\u2019]?s?,?[ \t]{1,2}(?:&[ \t](?:Co|Sons|Bros)|Ltd|Limited|Inc|LLC|LLP|PLC|plc|GmbH|AG|SE|"
    r"SA|S\.A|SpA|S\.p\.A|BV|B\.V|NV|N\.V|AB|ASA|AS|A/S|Oy|Oyj|KG|Corp|Corporation|Co|Company|Group|"
    r"Holdings?|Partners|Associates|University|College|School|Institute|Hospital|Foundation|Bank|"
    r"Airport|Museum|Library|Theatre|Theater|Stadium|Church|Award|Prize|Scholarship|Industries|"
    r"Motors|Airlines|Brothers|Bros|Sons)\b"
)
_FORM_LIST: Final = (
    "ltd limited inc llc llp plc gmbh ag corp corporation co company group holding holdings "
    "university college school institute hospital foundation bank airport museum library "
    "stadium industries motors airlines brothers bros associates partners prize scholarship"
)
_FORM_WORDS: Final = frozenset(_FORM_LIST.split())
_FILLED: Final = rf"{_TOKEN}(?:{_JOINT}{_TOKEN}){{0,3}}"
_ANNOUNCED: Final = re.compile(
    r"(?<!\w)(?:(?i:my name(?:'s| is)|name\s?(?:is|:)|i am called|people call me|"
    r"(?:(?:they|you can|just|everyone|please)\s)?calls? me|"
    r"(?:applicant|candidate|employee|contact|recruiter|manager|"
    r"interviewer|referee|attn|attention|prepared (?:by|for)|submitted by|signed(?: by)?|sincerely|"
    r"regards|wishes|cheers|yours truly|faithfully)\s?[:,]?)\s{1,3}"
    r"|(?i:dear|hello|hi|hey|thanks|thank you),?[ \t]"
    r"|(?:[Ii] am|[Ii]['\u2019]m|[Tt]his is|[Nn]amed|[Cc]alled|[Ss]ays|[Ss]aid|[Ss]tarring|"
    r"(?:[Dd]irected|[Ww]ritten) [Bb]y:?|[Ff]ollow up with|[Yy]our name\?)[ \t]{1,6}"
    r"|(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Madame|Mme|Mlle|Monsieur|Herr|Frau|Fr|Sr|Sra|"
    r"Se\u00f1or|Se\u00f1ora|Signor|Signora|Dott|Ing|Rev|Hon)\.?[ \t])"
    rf"(?P<name>{_FILLED})"
)
_LABEL_LIST: Final = (
    "is name me applicant candidate employee contact recruiter manager interviewer referee attn "
    "attention for by signed sincerely regards wishes cheers truly faithfully dear hello hi hey "
    "thanks thank you am im named called says said with starring mr mrs ms miss mx dr prof "
    "professor sir madame mme mlle monsieur herr frau fr sr sra senor senora signor signora dott "
    "ing rev hon"
)
_LABELS: Final = frozenset(_LABEL_LIST.split())
_REACH: Final = 40
_SMALL_NAME: Final = re.compile(
    r"(?i:\bmy name(?:'s| is)|\bfull name:|(?:^|\n)[ \t]{0,4}name:)[ \t]{1,8}"
    r"(?P<name>[^\W\d_][^\W\d_]{1,30}(?:[ \t][^\W\d_]{2,30}){0,2})"
)
_FIRST_LINE: Final = re.compile(r"\s{0,50}([^\n|\u2022,;:\u2013\u2014]{3,60})")
_SLUG: Final = re.compile(r"(?<![\w@.-])[A-Za-z]{2,30}(?:[._-][A-Za-z]{2,30}){1,5}(?!\w)")
_SEPARATOR: Final = re.compile(r"[._-](?<=[A-Za-z].)(?=[A-Za-z])")
_SLUG_START: Final = re.compile(r"(?<![\w@.-])[A-Za-z]{2,30}\Z")
_SLUG_PART: Final = re.compile(r"[A-Za-z]+")
_CONTRACTION: Final = re.compile(
    r"(?:i|you|he|she|it|we|they|that|there|here|what|who|how|let|don|can|won|isn)['\u2019]",
    re.IGNORECASE,
)
_CUT: Final = str.maketrans(".-", "  ")
_CV_LENGTH: Final = 200
_SLUG_NAMES: Final = frozenset(
    {(Word.GIVEN, second) for second in (Word.SURNAME, Word.EITHER, Word.PLAIN_SURNAME)}
    | {(first, Word.SURNAME) for first in (Word.EITHER, Word.PLAIN_GIVEN)}
    | {(Word.SURNAME, Word.GIVEN), (Word.SURNAME, Word.SURNAME)}
)
_SHORTEST_PART: Final = 3
_SHORT_ACRONYM: Final = 4
_Token = tuple[int, int, Word, str]


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
    yield from _small_names(text)
    yield from _slugs(text)
    names, previous = name_words(), list[_Token]()
    for run in _RUN.finditer(text):
        words = fold(run.group()).translate(_CUT).split()
        if not _LABELS.isdisjoint(words) or _word_before(text, run.start()) in _LABELS:
            for found in _ANNOUNCED.finditer(text, max(0, run.start() - _REACH), run.end()):
                yield from _announced(found, text)
        if names.isdisjoint(words):
            previous = []
            continue
        tokens = _tokens(run, text)
        for part in _parts(tokens):
            yield from _judge(part, text)
        if _is_reversed(previous, tokens, text):
            yield previous[0][0], tokens[-1][1], Kind.NAME
        previous = tokens


def announced_names(text: str) -> list[str]:
    """Give the names by which a text says whose it is: "My name is …", a CV's first line.

    They then vanish from all texts of the same event, also where they stand alone.

    Args:
        text: Any text.

    Returns:
        The names as written, possibly none.

    Examples:
        >>> announced_names("Hello, my name is Xoluj Okparr and I cook.")
        ['Xoluj Okparr']
    """
    names = [text[start:end] for start, end, _ in _small_names(text)]
    if len(text) >= _CV_LENGTH and "\n" in text:
        line = _FIRST_LINE.match(text)
        if line and _is_heading_name(line[1].strip()):
            names.append(line[1].strip())
    return names


def name_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Build the pattern that finds names and their parts of three letters or more.

    Also found: without accents, in any case, and run together (`janedoe`, `jdoe`). Parts
    that are everyday words and no names are left out: a page may be called "Job Search".

    Args:
        names: Names of one person or several, as written.

    Returns:
        The pattern, or None if no part is long enough.

    Examples:
        >>> pattern = name_pattern(["José Doe"])
        >>> pattern.sub("*", "jose_doe.pdf by JDOE, not Joseph") if pattern else None
        '*_*.pdf by *, not Joseph'
    """
    wanted: set[str] = set()
    for name in names:
        parts = [part for part in re.split(r"[\W\d_]+", name)[:8] if part]
        wanted.update(part for part in parts if len(part) >= _SHORTEST_PART)
        if len(parts) > 1:
            wanted.add(name.strip())
            first, last = parts[0], parts[-1]
            wanted |= {first + last, last + first, first[0] + last, first + last[0]}
    wanted |= {fold(word) for word in wanted}
    wanted = {word for word in wanted if not _is_plain_word(word)}
    kept = sorted((word for word in wanted if len(word) >= _SHORTEST_PART), key=len, reverse=True)
    return _any_of(kept) if kept else None


def _any_of(words: list[str]) -> re.Pattern[str]:
    """Match any of the words alone; begins with a plain character class, which `re` scans fast."""
    heads = "".join(sorted({re.escape(letter) for word in words for letter in _cases(word[0])}))
    either = "|".join(
        f"(?<=[{''.join(map(re.escape, _cases(word[0])))}]){re.escape(word[1:])}" for word in words
    )
    return re.compile(rf"[{heads}](?<!{_LETTER}.)(?<!\u27e8.)(?i:{either})(?!{_LETTER})")


def _cases(letter: str) -> set[str]:
    return {form for form in (letter, letter.lower(), letter.upper()) if len(form) == 1}


def _word_before(text: str, start: int) -> str:
    before = text[max(0, start - 20) : start].lower().split()
    return before[-1].strip("(\"':,.?\u2019") if before else ""


def _tokens(run: re.Match[str], text: str) -> list[_Token]:
    known = classes()
    spans = [found.span() for found in _WORD.finditer(text, run.start(), run.end())]
    words = [fold(text[start:end]) for start, end in spans]
    kinds = [known.get(word) or _hyphenated(word) for word in words]
    shouted = run.group().isupper()
    for index, word in enumerate(words):
        if index and f"{words[index - 1]}_{word}" in phrases():
            kinds[index - 1] = kinds[index] = Word.PLAIN
        elif kinds[index] is Word.UNKNOWN and not shouted and _is_acronym(text, spans[index]):
            kinds[index] = Word.PLAIN
        if _CONTRACTION.match(text, *spans[index]):
            kinds[index] = Word.PLAIN
    return [
        (start, end, kind, word)
        for (start, end), kind, word in zip(spans, kinds, words, strict=True)
    ]


def _hyphenated(word: str) -> Word:
    """A double name has the class of its surest half."""
    if "-" not in word:
        return Word.UNKNOWN
    halves = {classes().get(half, Word.UNKNOWN) for half in word.split("-")}
    for kind in (Word.PLAIN, Word.GIVEN, Word.SURNAME):
        if kind in halves:
            return kind
    return Word.UNKNOWN


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


def _judge(part: list[_Token], text: str) -> Iterator[tuple[int, int, Kind]]:
    while part and len(part[0][3]) == 1 and len(part) > 1 and _is_article(part[0], text):
        part = part[1:]
    if _LEGAL_FORM.match(text, part[-1][1]):
        return
    if _is_name([token[2] for token in part if len(token[3]) > 1], initials=_has_initial(part)):
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
            if pair in _SLUG_NAMES:
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


def _is_reversed(previous: list[_Token], tokens: list[_Token], text: str) -> bool:
    """`Doe, Jane`: a surname, a comma, a given name."""
    if not previous or text[previous[-1][1] : tokens[0][0]] != ", " or len(tokens) > 2:  # noqa: PLR2004
        return False
    return (
        len(previous) == 1
        and previous[0][2] in {Word.SURNAME, Word.EITHER}
        and tokens[0][2] is Word.GIVEN
    )


def _announced(found: re.Match[str], text: str) -> Iterator[tuple[int, int, Kind]]:
    """What follows an announcement, up to the first plain word."""
    end = found.start("name")
    for word in _ANY_WORD.finditer(text, found.start("name"), found.end("name")):
        if len(word.group()) > 1 and _is_plain_word(word.group()):
            break
        end = word.end()
    if end > found.start("name") and not _LEGAL_FORM.match(text, end):
        yield found.start("name"), end, Kind.NAME


def _small_names(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Names after "my name is" or "Name:", where small letters do not matter."""
    if "name" in text.lower():
        for found in _SMALL_NAME.finditer(text):
            yield from _announced(found, text)


def _is_plain_word(word: str) -> bool:
    return classes().get(fold(word), Word.UNKNOWN) is Word.PLAIN


def _is_heading_name(line: str) -> bool:
    """Two to four capitalised words, none of them plain: so a CV begins in 97 of 100."""
    words = line.replace(".", " ").split()
    return 1 < len(words) <= 4 and all(  # noqa: PLR2004 - given names, surnames, particles
        re.fullmatch(rf"{_TOKEN}|{_PARTICLES}", word)
        and not (len(word) > 1 and _is_plain_word(word))
        for word in words
    )
