"""Whose text it is: names that a text gives as its author's or subject's.

A CV says it in its first lines, in fields ("Name: …", "Surname: …") and by its mail address; a
letter says "My name is …". Such a name is sure, so it vanishes with all its variants from the whole
event, also where it stands alone and no list knows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from landed.privacy.cues import find_own_names
from landed.privacy.tokens import ARTICLE, PARTICLES, TOKEN
from landed.privacy.wordlists import Word, class_of, fold

__all__ = ["announced_names"]

_CV_LENGTH: Final = 200
_HEAD: Final = 1_500
_HEAD_LINES: Final = 12
_FIRST_LINES: Final = 3
_LONGEST_NAME: Final = 60
_BAR: Final = re.compile(r"[|\u2022\u00b7\t]")
_LONGEST_LINE: Final = 160
_MOST_WORDS: Final = 6
_FIELD_LIST: Final = (
    r"(?:first|last|given|family|middle|maiden|full|candidate|applicant|legal|preferred)?[ -]?"
    r"name(?:\(s\)|s)?|sur-?names?|fore-?names?|nom(?: de famille)?|pr[e\u00e9]noms?|vor-?name|"
    r"nachname|"
    r"familienname|nombres?|apellidos?|nome(?: completo)?|cognome|sobrenome|apelido|imi[e\u0119]|"
    r"nazwisko|"
    r"f\u00f6rnamn|efternamn|namn|fornavn|etternavn|efternavn|navn|voornaam|achternaam|naam|"
    r"jm[e\u00e9]no|p\u0159\u00edjmen\u00ed|priezvisko|n\u00e9v|nume|prenume|ime|prezime|nimi|"
    r"ad[\u0131i]?|soyad[\u0131i]?|\u0438\u043c\u044f|\u0444\u0430\u043c\u0438\u043b\u0438\u044f|\u0444\u0438\u043e|\u03cc\u03bd\u03bf\u03bc\u03b1|"
    r"\u59d3\u540d|\u540d\u524d|\u6c0f\u540d|\uc774\ub984|\uc131\uba85|\u0627\u0644\u0627\u0633\u0645"
)
_FIELD: Final = re.compile(
    rf"\n[ \t\u2022*-]{{0,4}}(?i:{_FIELD_LIST})[ \t]{{0,4}}(?:[:=\uff1a][ \t]{{0,8}}\n?|"
    rf"\n)[ \t]{{0,8}}"
    r"(?P<name>[^\W\d_][^\n\t|\u2022,;:()\d@]{1,60})"
)
_PREFIX: Final = re.compile(
    r"(?:(?:curriculum vitae|c\.?v\.?|r[e\u00e9]sum[e\u00e9]|lebenslauf|profile|bio|biodata)"
    r"(?:[ \t]{1,2}(?:of|for|de|von))?[ \t]{0,2}[:|\u2013\u2014-]?[ \t]{1,2}|"
    r"[\u2022*\u25aa-][ \t]{0,3}"
    r"|(?:dr|mr|mrs|ms|prof)\.?[ \t])",
    re.IGNORECASE,
)
_CUTS: Final = re.compile(r"[ \t]{3,}|\t|[|\u2022\u00b7;(/]|[ \t][\u2013\u2014-][ \t]|:[ \t]")
_SPACED: Final = re.compile(
    r"[^\W\d_](?: [^\W\d_]){2,20}(?: {2,4}[^\W\d_](?: [^\W\d_]){1,20}){0,3}"
)
_MAILBOX: Final = re.compile(r"[\w.+-]{1,64}\Z")
# Bounds, so that a text of nothing but announcements can't make the search for them slow.
_MOST_NAMES, _MOST_SECTIONS, _MOST_BOXES = 50, 4, 5
_SECTION: Final = 600
_REFERENCES: Final = re.compile(
    r"[Rr](?<![^\n \t\u2022*].)(?i:eferen(?:ces|zen)|eferees)[ \t]{0,4}[:\n]"
)
_NAME_WORD: Final = re.compile(rf"(?:{ARTICLE}{TOKEN}|{PARTICLES}|'t|y|e|i|dos|zum|zur|vom)\.?")


def announced_names(text: str) -> list[str]:
    """Give the names by which a text says whose it is: "My name is …", a CV's first lines.

    They then vanish from all texts of the same event, also where they stand alone.

    Args:
        text: Any text.

    Returns:
        The names as written, possibly none.

    Examples:
        >>> announced_names("Hello, my name is Xoluj Okparr and I cook.")
        ['Xoluj Okparr']
    """
    names = [text[start:end] for start, end, _ in find_own_names(text)]
    if len(text) >= _CV_LENGTH and "\n" in text:
        head = text[:_HEAD]
        names += _fields(head)
        names += _headings(head)
        names += _referees(text)
    return names[:_MOST_NAMES]


def _fields(head: str) -> Iterator[str]:
    """What stands behind "Name:" or below "Name"."""
    for found in _FIELD.finditer("\n" + head):
        name = found["name"].split("  ")[0].strip(" .-")
        words = name.split()
        if len(words) <= _MOST_WORDS and not any(_is_plain(word) for word in words):
            yield name


def _headings(head: str) -> Iterator[str]:
    """The name among the first lines: one that other signs confirm, else what looks like one."""
    lines = (line.strip() for line in head.split("\n"))
    filled = (line for line in lines if line)
    guesses = list[str]()
    for at, line in enumerate(islice(filled, _HEAD_LINES)):
        if len(line) > _LONGEST_LINE or (len(line) > _LONGEST_NAME and not _BAR.search(line)):
            continue
        if _SPACED.fullmatch(line):
            yield line
            yield " ".join(part.replace(" ", "") for part in re.split(" {2,}", line))
            return
        for name in _candidates(line):
            if _is_known(name) or _in_mailbox(name, head):
                yield name
                return
            if at < _FIRST_LINES:
                guesses.append(name)
    yield from guesses[:1]


def _referees(text: str) -> Iterator[str]:
    """Who can be asked about a person: names below or behind "References"."""
    for title in islice(_REFERENCES.finditer(text), _MOST_SECTIONS):
        section = text[title.end() : title.end() + _SECTION]
        for line in re.split(r"[\n;]", section):
            yield from islice(_candidates(line.strip()), 1)


def _candidates(line: str) -> Iterator[str]:
    """Parts of a line that look like a name: `Jane Doe, MBA`, `Doe, Jane`, `CV - Jane Doe`."""
    prefix = _PREFIX.match(line)
    for part in _CUTS.split(line[prefix.end() :] if prefix else line):
        first, _, rest = part.strip().partition(",")
        given = rest.partition(",")[0].strip()
        reversed_name = f"{first} {given}"
        if given and " " not in first and _looks_like_name(reversed_name):
            yield reversed_name
        elif _looks_like_name(first):
            yield first


def _looks_like_name(text: str) -> bool:
    """Two to six capitalised words, none of them plain: so a CV begins in 97 of 100."""
    words = text.replace(".", ". ").split()
    if not 1 < len(words) <= _MOST_WORDS or not all(map(_NAME_WORD.fullmatch, words)):
        return False
    # Nathaniel Tailor: after a word that is a given name and nothing else, a trade is a surname.
    given = class_of(fold(words[0])) is Word.GIVEN and len(words) <= 3  # noqa: PLR2004
    return given or not any(map(_is_plain, words))


def _is_plain(word: str) -> bool:
    return len(word.strip(".")) > 1 and class_of(fold(word.strip("."))) is Word.PLAIN


def _is_known(name: str) -> bool:
    return any(class_of(fold(word)) > Word.PLAIN for word in name.split())


def _in_mailbox(name: str, head: str) -> bool:
    """Whether a mail address of the head is made of the name."""
    words = [fold(word) for word in name.split()]
    parts = head.split("@")[:-1][:_MOST_BOXES]
    boxes = [fold(box.group()) for part in parts if (box := _MAILBOX.search(part[-64:]))]
    return any(len(word) > 2 and word in box for word in words for box in boxes)  # noqa: PLR2004
