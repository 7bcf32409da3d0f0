"""Names that the words before them announce: "Dear …", "My name is …", "Reported to …"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from landed.privacy.tokens import ARTICLE, JOINT, LEGAL_FORM, LETTER, PARTICLES, REST, TOKEN
from landed.privacy.types import Kind
from landed.privacy.wordlists import Word, class_of, fold

__all__ = ["LABELS", "ROLES", "find_announced", "find_own_names", "has_role_before", "word_before"]

_FILLED: Final = rf"(?:(?:{PARTICLES})[ \t]){{0,2}}{ARTICLE}{TOKEN}(?:{JOINT}{TOKEN}){{0,3}}"
_ANNOUNCED: Final = re.compile(
    r"(?<!\w)(?:(?i:(?:my name(?:'s| is)|name\s?(?:is|:)|i am called|people call me|"
    r"(?:(?:they|you can|just|everyone|please)\s)?calls? me)\s{1,3}"
    r"|(?:applicant|candidate|employee|contact|recruiter|manager|"
    r"interviewer|referee)(?:\s?:\s{1,3}|[ \t])"
    r"|(?:attn|attention|prepared (?:by|for)|submitted by|signed(?: by)?|sincerely|"
    r"regards|wishes|cheers|yours truly|faithfully)\s?[:,]?\s{1,3})"
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
LABELS: Final = frozenset(_LABEL_LIST.split())
_ROLE: Final = re.compile(
    r"\b(?:(?:report(?:s|ed|ing)?(?: directly)?|(?:secretary|aide|deputy|assist(?:ant|ed|ing)?|"
    r"adviser|advisor|apprentice)(?: \w{1,12})?) to|"
    r"(?:(?:super|ad)vis|recommend|mentor|coach|train|nominat|endors|refer|interview|hir|taught|"
    r"author|present|deliver)(?:ed|t)? (?:personally )?by|(?:closely|directly|together) with|"
    r"alongside|(?:supervisor|mentor|referees?|"
    r"(?:co-)?authors?|interpreter|spouse|advisor|adviser|boss|instructor|coach|emergency contact|"
    r"line manager|cell phone of)(?: was| is)?)[:,]?\s{1,3}\Z",
    re.IGNORECASE,
)
ROLES: Final = frozenset(
    [
        "to",
        "by",
        "with",
        "alongside",
        "supervisor",
        "mentor",
        "referee",
        "referees",
        "author",
        "authors",
        "co-author",
        "co-authors",
        "interpreter",
        "spouse",
        "advisor",
        "adviser",
        "boss",
        "instructor",
        "coach",
        "contact",
        "manager",
        "was",
        "is",
        "of",
    ]
)
_REACH: Final = 40
_SAID: Final = re.compile(
    r"[Nn](?i:ame)(?:(?:['\u2019]s| is)[ \t]{1,8}|:[ \t]{1,8})"
    r"(?P<name>[^\W\d_][^\W\d_]{1,30}(?:[ \t][^\W\d_]{2,30}){0,2})"
)
_WHOSE: Final = re.compile(r"(?:\bmy |(?:\bfull |^|\n)[ \t]{0,4})\Z", re.IGNORECASE)
_ANY_WORD: Final = re.compile(rf"{LETTER}{REST}")


def find_announced(text: str, start: int, end: int) -> Iterator[tuple[int, int, Kind]]:
    """Find names that stand behind an announcement.

    Args:
        text: Any text.
        start: Where the capitalised words begin that may be a name.
        end: Where they end.

    Yields:
        Start, end and kind of each.

    Examples:
        >>> text = "Dear Xoluj, hello"
        >>> [text[a:b] for a, b, _ in find_announced(text, 5, 10)]
        ['Xoluj']
    """
    for found in _ANNOUNCED.finditer(text, max(0, start - _REACH), end):
        yield from _up_to_plain(found, text)


def find_own_names(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Find names after "my name is" or "Name:", where small letters do not matter.

    Args:
        text: Any text.

    Yields:
        Start, end and kind of each.

    Examples:
        >>> text = "my name is zoe"
        >>> [text[a:b] for a, b, _ in find_own_names(text)]
        ['zoe']
    """
    for found in _SAID.finditer(text):
        before = text[max(0, found.start() - 12) : found.start()]
        colon = text[found.start() + 4] == ":"
        whose = _WHOSE.search(before)
        if whose and colon != before[whose.start() :].lower().endswith("my "):
            yield from _up_to_plain(found, text)


def has_role_before(text: str, start: int) -> bool:
    """Say whether a role stands before, such as "reported to", whose bearer is a person.

    Args:
        text: Any text.
        start: Where the capitalised words begin that may be a name.

    Examples:
        >>> has_role_before("Reported to Xoluj Quarb", 12), has_role_before("Moved to Novi", 9)
        (True, False)
    """
    return _ROLE.search(text, max(0, start - _REACH), start) is not None


def word_before(text: str, start: int) -> str:
    """Give the word before a place, in small letters and without punctuation."""
    before = text[max(0, start - 20) : start].rsplit(None, 1)
    return before[-1].strip("(\"':,.?\u2019 \t\n").lower() if before else ""


def _up_to_plain(found: re.Match[str], text: str) -> Iterator[tuple[int, int, Kind]]:
    """What follows an announcement, up to the first plain word."""
    end = found.start("name")
    for word in _ANY_WORD.finditer(text, found.start("name"), found.end("name")):
        if len(word.group()) > 1 and class_of(fold(word.group())) is Word.PLAIN:
            break
        end = word.end()
    if end > found.start("name") + 1 and not LEGAL_FORM.match(text, end):
        yield found.start("name"), end, Kind.NAME
