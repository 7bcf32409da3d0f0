"""Regular expressions that cannot run away.

Targeting is written by admins and runs for each evaluation, and Python's `re` backtracks: the
wrong pattern takes years on thirty letters. So a pattern is read first, and its ways are
counted: in how many ways it can go through a text of 256 characters. Choices that follow one
another multiply, alternatives add up, a repetition of one character counts as many ways as it
can be long. Repeated groups, look-around and back-references, by which ways explode, are left
out. A pattern with too many ways, or none that is allowed, matches nothing, and `checking`
refuses it by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from landed_client.errors import InvalidInputError

__all__ = ["MAX_PATTERN", "MAX_TEXT", "compile_pattern", "count_ways", "search"]

MAX_PATTERN: Final = 200
"""Characters of a pattern."""

MAX_TEXT: Final = 256
"""Characters of a text; in a longer one nothing is found."""

MAX_WAYS: Final = 1 << 17
"""Two repetitions without a bound from a fixed start, or one from any start, and some choices."""

_COUNTS: Final = re.compile(r"\{(\d+)(,(\d*))?\}", re.ASCII)
_CLASS: Final = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_UNCLEAR: Final = re.compile(r"(?<!\\)\[|--|&&|\|\||~~")
_REMEDY: Final = "Allowed are characters, classes, groups without a repetition, | and anchors"


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str, *, ignore_case: bool = False) -> re.Pattern[str]:
    """Compile a pattern that is safe.

    Args:
        pattern: As written.
        ignore_case: Whether upper and lower case are the same.

    Raises:
        InvalidInputError: It is no pattern, or not a safe one; the message says why.

    Examples:
        >>> bool(compile_pattern("(Mobile|Tablet)").search("Android Tablet"))
        True
        >>> compile_pattern("(a+)+b")
        Traceback (most recent call last):
        landed_client.errors.InvalidInputError: pattern '(a+)+b': a group is repeated...
    """
    ways = count_ways(pattern)
    if ways > MAX_WAYS:
        raise _refused(
            pattern,
            f"it can go through a text in {ways:,} ways, more than {MAX_WAYS:,}. Begin it with "
            "^, or repeat less: {1,3} instead of +",
        )
    try:
        return re.compile(pattern, re.IGNORECASE if ignore_case else re.NOFLAG)
    except (re.error, OverflowError) as error:
        raise _refused(pattern, str(error)) from error


def search(pattern: object, text: str, *, ignore_case: bool = False) -> bool:
    """Say whether a pattern is found in a text; an unsafe or broken one is found nowhere.

    Args:
        pattern: As written.
        text: Where to look.
        ignore_case: Whether upper and lower case are the same.
    """
    if not isinstance(pattern, str) or len(text) > MAX_TEXT:
        return False
    compiled = _lenient(pattern, ignore_case=ignore_case)
    return compiled is not None and compiled.search(text) is not None


@lru_cache(maxsize=1024)
def _lenient(pattern: str, *, ignore_case: bool) -> re.Pattern[str] | None:
    try:
        return compile_pattern(pattern, ignore_case=ignore_case)
    except InvalidInputError:
        return None


def count_ways(pattern: str) -> int:
    """Count in how many ways a pattern can go through a text of `MAX_TEXT` characters.

    Args:
        pattern: As written.

    Raises:
        InvalidInputError: It has what is left out, or is too long.

    Examples:
        >>> count_ways("^a"), count_ways("a"), count_ways("^(a|b)c?"), count_ways("^a+")
        (1, 256, 4, 256)
    """
    if len(pattern) > MAX_PATTERN:
        raise _refused(f"{pattern[:40]}…", f"it is longer than {MAX_PATTERN} characters")
    reading = _Reading(pattern)
    ways = reading.alternatives()
    if reading.at < len(pattern):
        raise _refused(pattern, "a ) has no (")
    anchored = pattern.startswith("^") and not reading.splits
    return ways if anchored else ways * MAX_TEXT


def _refused(pattern: str, why: str) -> InvalidInputError:
    return InvalidInputError(f"pattern {pattern!r}: {why}. {_REMEDY}")


@dataclass(slots=True)
class _Reading:
    """A place in a pattern while it is read."""

    pattern: str
    at: int = 0
    depth: int = 0
    splits: bool = False

    def alternatives(self) -> int:
        ways = self._sequence()
        while self._next() == "|":
            self.splits = self.splits or not self.depth
            self.at += 1
            ways += self._sequence()
        return ways

    def _next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _sequence(self) -> int:
        ways = 1
        while self._next() not in {"", "|", ")"}:
            ways *= self._group() if self._next() == "(" else self._single()
        return ways

    def _group(self) -> int:
        self.at += 3 if self.pattern.startswith("(?:", self.at) else 1
        if self._next() == "?":
            raise self._refusal(
                "look-around ($not asks for absence), flags and named groups are left out"
            )
        self.depth += 1
        ways = self.alternatives()
        self.depth -= 1
        if self._next() != ")":
            raise self._refusal("a ( has no )")
        self.at += 1
        repeated = self._repetition()
        if repeated not in {(0, 1), (1, 1)}:
            raise self._refusal("a group is repeated")
        return ways + 1 - repeated[0]

    def _single(self) -> int:
        self._character()
        least, most = self._repetition()
        return most - least + 1

    def _character(self) -> None:
        if self._next() == "[":
            self._class()
        elif self._next() == "\\":
            self._escape()
        else:
            self.at += 1

    def _class(self) -> None:
        found = _CLASS.match(self.pattern, self.at)
        if found is None:
            raise self._refusal("a [ has no ]")
        if _UNCLEAR.search(found.group()[1:]):
            raise self._refusal("within [ ] a [ is written \\[, and --, &&, || and ~~ are left out")
        self.at = found.end()

    def _escape(self) -> None:
        if self.pattern[self.at + 1 : self.at + 2].isdigit():
            raise self._refusal("back-references are left out")
        self.at += 2

    def _repetition(self) -> tuple[int, int]:
        least, most = self._count()
        if (least, most) != (1, 1) and self._next() in {"?", "+"}:
            self.at += 1  # lazy or possessive: no more ways than greedy
        return least, most

    def _count(self) -> tuple[int, int]:
        simple = {"?": (0, 1), "*": (0, MAX_TEXT - 1), "+": (1, MAX_TEXT)}.get(self._next())
        if simple is not None:
            self.at += 1
            return simple
        if self.pattern.startswith("{,", self.at):
            raise self._refusal("{,n} means one thing here and another in JavaScript; write {0,n}")
        found = _COUNTS.match(self.pattern, self.at)
        if found is None:
            return 1, 1
        self.at = found.end()
        least = int(found[1])
        most = int(found[3] or MAX_TEXT) if found[2] else least
        return least, max(least, most)

    def _refusal(self, why: str) -> InvalidInputError:
        return _refused(self.pattern, why)
