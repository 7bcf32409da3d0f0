"""DSNs: what is read from them, and that a wrong one is not repeated."""

from __future__ import annotations

import pytest

from landed.errors import InvalidInputError
from landed.store import Target, parse_dsn


def test_all_parts() -> None:
    target = parse_dsn("clickhouse://ann:p%2Fw%40@ch:9123/career")
    assert target == Target("ch", 9123, "career", "ann", "p/w@", secure=False)


@pytest.mark.parametrize(
    ("dsn", "port", "secure"),
    [
        ("clickhouse://h", 8123, False),
        ("clickhouses://h", 8443, True),
        ("http://h/", 8123, False),
        ("https://h", 8443, True),
    ],
)
def test_what_is_assumed(dsn: str, port: int, secure: bool) -> None:  # noqa: FBT001 - a table of cases
    assert parse_dsn(dsn) == Target("h", port, "landed", "default", "", secure=secure)


@pytest.mark.parametrize(
    "dsn", ["", "secret", "mysql://u:secret@h/d", "clickhouse://u:secret@h:x/d", "clickhouse:///d"]
)
def test_a_wrong_one_is_not_repeated(dsn: str) -> None:
    with pytest.raises(InvalidInputError, match="LANDED_STORE must read") as refused:
        parse_dsn(dsn)
    assert "secret" not in refused.value.message
    assert refused.value.__cause__ is None


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(parse_dsn("clickhouse://u:secret@h"))
