"""Just enough of ClickHouse's grammar to route a statement: its verb, FORMAT and data.

The engine itself parses everything. This module only finds where an INSERT's data
begins and which format a statement names, without being fooled by strings, comments,
quoted names or brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Statement", "parse_statement"]

# Besides the ASCII ones, ClickHouse skips the blanks that word processors leave, and the BOM.
_BLANKS = (
    rb"\s+|\xc2[\x85\xa0]|\xe1\xa0\x8e|\xe2\x80[\x80-\x8d\xa8\xa9\xaf]|\xe2\x81[\x9f\xa0]"
    rb"|\xe3\x80\x80|\xef\xbb\xbf"
)
_TOKEN = re.compile(
    rb"(?P<skip>" + _BLANKS + rb"|--[^\n]*|//[^\n]*|\#[\ !][^\n]*|/\*.*?\*/)"
    rb"""
    |(?P<string>'(?:[^'\\]++|\\.|'')*+'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
    |(?P<name>"(?:[^"\\]++|\\.|"")*+"|`(?:[^`\\]++|\\.|``)*+`)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<number>\d[\w.]*)
    |(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPEN, _CLOSE = (b"(", b"[", b"{"), (b")", b"]", b"}")
_READS = frozenset({"SELECT", "WITH", "FROM", "("})
_ANSWERS = _READS | {
    "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN", "CHECK", "KILL", "BACKUP", "RESTORE",
}  # fmt: skip
# A word before FORMAT that makes it a name rather than a clause: `ORDER BY format DESC`.
_BEFORE_A_NAME = frozenset(
    {"BY", "SELECT", "AS", "WHERE", "AND", "OR", "NOT", "ON", "HAVING", "IN"}
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True)
class Statement:
    """How a statement is to be run.

    Attributes:
        verb: Its first word in capitals, or `(`; else the first character, which begins no SQL.
        head: The statement without its FORMAT clause and, for an INSERT with data, without its
            SETTINGS clause and data.
        format: The format that it names, or None.
        tail: The SETTINGS clause that stands after a query's FORMAT, or before an INSERT's data.
        data_start: For an INSERT with data: where its data begins in the text. Else None.
        words: All its bare words in capitals, for a look at its features.
        calls: Those of them that a bracket follows.
    """

    verb: str
    head: bytes
    format: str | None
    tail: bytes
    data_start: int | None
    words: frozenset[str]
    calls: frozenset[str] = frozenset()

    @property
    def begins(self) -> bool:
        """It begins as SQL does; chDB takes some that do not for empty, and says nothing."""
        return self.verb == "(" or (self.verb.isascii() and self.verb.isidentifier())

    @property
    def reads(self) -> bool:
        """A SELECT in any of its forms, which can stream its result."""
        return self.verb in _READS and "INSERT" not in self.words

    @property
    def answers(self) -> bool:
        """It has a result set, if only an empty one."""
        return self.verb in _ANSWERS and not (self.verb == "WITH" and "INSERT" in self.words)

    @property
    def selects_from_its_data(self) -> bool:
        """An INSERT ... SELECT from `input()`: chDB would drop its data and say nothing."""
        return "INSERT" in self.words and "INPUT" in self.calls

    @property
    def touches_files(self) -> bool:
        """It names a file of the client's machine, which only clickhouse-client can do."""
        return bool(self.words & {"OUTFILE", "INFILE"})


def parse_statement(sql: bytes) -> Statement:
    r"""Find the verb, the format and the start of the data.

    Args:
        sql: A statement; of an INSERT with data the beginning is enough.

    Returns:
        The parts. A text that is no SQL gives a statement that the engine will refuse.

    Examples:
        >>> parse_statement(b"SELECT 1 FORMAT JSON").format
        'JSON'
        >>> insert = parse_statement(b"INSERT INTO t FORMAT CSV\n1,2")
        >>> insert.head, insert.data_start
        (b'INSERT INTO t', 25)
    """
    insert = _parse_insert(sql)
    if insert is not None:
        return insert
    tokens = [token for token in _tokens(sql) if token.kind != "skip"]
    while tokens and tokens[-1].text == ";":
        tokens.pop()
    verb = _verb(sql, tokens[0]) if tokens else ""
    words = frozenset(token.text.upper() for token in tokens if token.kind == "word")
    calls = frozenset(
        token.text.upper()
        for token, after in pairwise(tokens)
        if token.kind == "word" and after.text == "("
    )
    end = tokens[-1].end if tokens else 0
    place = _format_clause(tokens)
    if place is None:
        return Statement(verb, sql[:end], None, b"", None, words, calls)
    clause, name = tokens[place], tokens[place + 1]
    head, tail = sql[: clause.start].rstrip(), sql[name.end : end]
    return Statement(verb, head, name.text, tail, None, words, calls)


def _verb(sql: bytes, first: _Token) -> str:
    return first.text.upper() or sql[first.start : first.start + 1].decode("latin-1")


def _tokens(sql: bytes) -> Iterator[_Token]:
    depth = 0
    for match in _TOKEN.finditer(sql):
        text = match.group()
        if text in _CLOSE:
            depth -= 1
        kind = match.lastgroup or "other"
        shown = text.decode("latin-1") if kind in {"word", "other"} else ""
        yield _Token("string" if kind == "tag" else kind, shown, match.start(), match.end(), depth)
        if text in _OPEN:
            depth += 1


def _format_clause(tokens: list[_Token]) -> int | None:
    """Place of the word FORMAT if it begins the statement's own FORMAT clause."""
    for place in range(len(tokens) - 2, 0, -1):
        token, name = tokens[place], tokens[place + 1]
        if token.text.upper() == "FORMAT" and token.depth == 0 and name.kind == "word":
            ends = place + 2 == len(tokens) or tokens[place + 2].text.upper() == "SETTINGS"
            return place if ends and _ends_an_expression(tokens[place - 1]) else None
    return None


def _ends_an_expression(token: _Token) -> bool:
    if token.kind == "other":
        return token.text in {")", "]", "}", "*"}
    return token.text.upper() not in _BEFORE_A_NAME


def _parse_insert(sql: bytes) -> Statement | None:
    """Read the head of an INSERT and stop at its data; None if data cannot follow it."""
    head: list[_Token] = []
    for token in _tokens(sql):
        if token.kind == "skip":
            continue
        head.append(token)
        if head[0].text.upper() != "INSERT":
            return None
        if _is_target(head) or token.depth > 1:
            continue
        if token.text.upper() in {"SELECT", "WITH", "FROM", "INFILE"} and _starts_a_part(head):
            return None
        if token.depth == 0 and len(head) > 1:
            found = _data_after(sql, head)
            if found is not None:
                return found
    return _statement_of(sql, head, head[-1].end, None, len(sql)) if head else None


def _is_target(head: list[_Token]) -> bool:
    """The newest token is the table's name, which may be a word like `values`."""
    before = head[-2].text.upper() if len(head) > 1 else ""
    if before in {"INTO", "."} and head[-1].text.upper() not in {"TABLE", "FUNCTION"}:
        return True
    return before in {"TABLE", "FUNCTION"} and len(head) <= 4  # noqa: PLR2004 - INSERT INTO TABLE t


def _starts_a_part(head: list[_Token]) -> bool:
    """It stands where a clause may begin: at the top, or first inside a bracket."""
    return head[-1].depth == 0 or head[-2].text == "("


def _data_after(sql: bytes, head: list[_Token]) -> Statement | None:
    last, before = head[-1], head[-2]
    if last.text.upper() == "VALUES" and before.text.upper() != "FORMAT":
        return _statement_of(sql, head[:-1], last.start, "Values", last.end)
    if before.text.upper() == "FORMAT" and last.kind == "word":
        return _statement_of(sql, head[:-2], before.start, last.text, _skip_line(sql, last.end))
    return None


def _statement_of(
    sql: bytes, head: list[_Token], end: int, name: str | None, data_start: int
) -> Statement:
    words = frozenset(token.text.upper() for token in head if token.kind == "word")
    settings = _settings_clause(head)
    cut = end if settings is None else settings.start
    target = sql[:cut].rstrip().rstrip(b";")
    return Statement("INSERT", target, name, sql[cut:end].rstrip(), data_start, words)


def _settings_clause(head: list[_Token]) -> _Token | None:
    """The word SETTINGS where it begins the INSERT's own clause, not as a table's name."""
    for place in range(3, len(head)):
        token = head[place]
        if (
            token.depth == 0
            and token.text.upper() == "SETTINGS"
            and not _is_target(head[: place + 1])
        ):
            return token
    return None


def _skip_line(sql: bytes, place: int) -> int:
    """Data begins after the blanks and at most one line end that follow the format's name."""
    match = re.compile(rb"[ \t\f]*;?[ \t\f]*\r?\n?").match(sql, place)
    return match.end() if match else place
