"""Texts that hide another text: base64, percent-encoding, escapes, letters that look alike."""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

__all__ = ["latinised", "nested_value", "plainly", "unwrapped", "wrapped_again"]

_LAYERS: Final = 3
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_PERCENT: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z]{2,10});")
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})")
_INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e007f"
)
_STYLED: Final = "\u24b6-\u24e9\ufe52\ufe6b\uff01-\uff5e\U0001d400-\U0001d7ff"
_HIDDEN: Final = re.compile(f"[{_INVISIBLE}{_STYLED}]")
_GONE: Final = re.compile(f"[{_INVISIBLE}]+")
_DRESSED: Final = re.compile(f"[{_STYLED}]")
_QUERY: Final = re.compile(r"\??[^\s=&?]{1,60}=[^\s&]*(?:&[^\s=&]{1,60}=[^\s&]*)+")
_TOO_DEEP: Final[list[Any]] = functools.reduce(lambda inner, _: [inner], range(32), [])
_OTHER_ALPHABET: Final = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
_WORDLIKE: Final = re.compile(r"[\w.@+-]+")
_MIXED: Final = re.compile(
    r"[A-Za-z@][.@+-]?[\u0370-\u03ff\u0400-\u052f]|[\u0370-\u03ff\u0400-\u052f][.@+-]?[A-Za-z@]"
)
_ALIKE: Final = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0458\u0455\u0501\u051b\u04bb\u0442\u043a\u043c\u043d\u0432\u0433\u0438\u0475"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0423\u0406\u0408\u0405\u0417"
    "\u03bf\u03b1\u03b5\u03b9\u03bd\u03c1\u03c4\u03c5\u03c7\u03ba\u03b7\u03c9"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "aeopcxyijsdqhtkmnbruvABEKMHOPCTXYIJSZoaeivptuxknwABEZHIKMNOPTYX",
)


def plainly(text: str) -> str:
    """Drop invisible characters and write full-width and styled letters as usual ones.

    Args:
        text: Any text.

    Returns:
        The same object if there was nothing to do.

    Examples:
        >>> plainly("zo\u200be\uff20rossi.example"), plainly("\U0001d419\U0001d428\U0001d41e")
        ('zoe@rossi.example', 'Zoe')
    """
    if text.isascii() or not _HIDDEN.search(text):
        return text
    return _DRESSED.sub(_undressed, _GONE.sub("", text))


def latinised(text: str) -> str:
    """Write letters that look Latin as Latin ones, in words that mix alphabets.

    Such words are disguises. Words of one alphabet stay: they are Greek or Russian.

    Args:
        text: Any text.

    Returns:
        A text of the same length, for searching.

    Examples:
        >>> latinised("z\u043ee@r\u043essi.example"), latinised("\u0417\u043e\u044f")
        ('zoe@rossi.example', 'Зоя')
    """
    if text.isascii() or not (_OTHER_ALPHABET.search(text) and _MIXED.search(text)):
        return text
    return _WORDLIKE.sub(_latinised_word, text)


def unwrapped(text: str) -> str:
    """Read what a text hides by its encoding, at most three layers deep.

    Args:
        text: Any text.

    Returns:
        The text inside; the same object if it hides none.

    Examples:
        >>> unwrapped("em9lQHJvc3NpLmV4YW1wbGU="), unwrapped("zoe%40rossi.example")
        ('zoe@rossi.example', 'zoe@rossi.example')
        >>> unwrapped("100% sure")
        '100% sure'
    """
    for _ in range(_LAYERS):
        inner = _inside(text)
        if inner == text:
            return text
        text = inner
    return text


def nested_value(text: str) -> Any:
    """Read a text that is JSON, or a query such as `name=Zoe&page=2`.

    Args:
        text: Any text.

    Returns:
        What is inside, a query as a list of single pairs; None if it is neither.
        Lists that are nested too deeply to be read come as deep as the scrubber refuses.

    Examples:
        >>> nested_value('{"name": "Zoe"}'), nested_value("name=Zoe&page=2"), nested_value("{x}")
        ({'name': 'Zoe'}, [{'name': 'Zoe'}, {'page': '2'}], None)
    """
    if text[:1] in {"{", "[", '"'} and text[-1] in '}]"':
        try:
            return json.loads(text)
        except RecursionError:
            return _TOO_DEEP
        except ValueError:
            return None
    if "=" in text and _QUERY.fullmatch(text):
        return [
            {name: value} for name, value in parse_qsl(text.lstrip("?"), keep_blank_values=True)
        ]
    return None


def wrapped_again(text: str, value: Any) -> str:
    """Write a value as the text was that it came from: as JSON or as a query.

    Args:
        text: What was read.
        value: What is to be written.

    Examples:
        >>> wrapped_again("name=Zoe&page=2", [{"name": "⟨NAME⟩"}, {"page": "2"}])
        'name=⟨NAME⟩&page=2'
    """
    if text[0] in '{["':
        return json.dumps(value, ensure_ascii=False)
    return "&".join(f"{name}={inner}" for pair in value for name, inner in pair.items())


def _inside(text: str) -> str:
    if "%" in text and _PERCENT.search(text):
        return unquote(text)
    if "&" in text and _ENTITY.search(text):
        return unescape(text)
    if "\\u" in text and _ESCAPE.search(text):
        inner = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
        return inner.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if _BASE64.fullmatch(text):
        return _from_base64(text)
    return text


def _from_base64(text: str) -> str:
    """The text inside, unless its bytes were never meant as text; a bad byte does not hide it."""
    digits = text.rstrip("=").replace("+", "-").replace("/", "_")
    try:
        inner = urlsafe_b64decode(digits + "=" * (-len(digits) % 4)).decode(errors="replace")
    except Base64Error:
        return text
    return inner if 4 * inner.count("\ufffd") <= len(inner) else text


def _latinised_word(found: re.Match[str]) -> str:
    word = found.group()
    return word.translate(_ALIKE) if _MIXED.search(word) else word


def _undressed(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", found.group())
