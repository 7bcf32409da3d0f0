from __future__ import annotations

import base64
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.engine.body import open_body
from landed.engine.configuration import machine_memory_bytes, render_configuration
from landed.engine.failures import (
    http_status,
    make_error,
    parse_error,
    render_tagged,
)
from landed.engine.formats import content_type, join_blocks, streams
from landed.engine.handshake import is_handshake
from landed.engine.request import authenticate, parse_target
from landed.engine.types import EngineError


def test_the_url_is_sorted_into_query_settings_and_parameters() -> None:
    target = (
        "/?query=SELECT+1&query=&database=d&max_threads=2&param_x=a%09b&session_id=s&compress=1"
    )
    query = parse_target(target, {})
    assert (query.path, query.query, query.database) == ("/", "SELECT 1", "d")
    assert query.settings == {"max_threads": "2"}
    assert query.parameters == {"x": "a\tb"}
    assert (query.native_out, query.native_in) == (True, False)
    assert query.credentials is None


def test_without_anything_there_are_defaults() -> None:
    query = parse_target("/", {})
    assert (query.database, query.default_format, query.accepted) == ("landed", "TabSeparated", "")
    assert len(query.query_id) == 36


def test_headers_may_say_it_too() -> None:
    headers = {
        "X-ClickHouse-Format": "CSV",
        "X-ClickHouse-Database": "d",
        "X-ClickHouse-Key": "k",
        "Accept-Encoding": "gzip",
    }
    query = parse_target("/?enable_http_compression=1&client_protocol_version=54460", headers)
    assert (query.default_format, query.database, query.accepted) == ("CSV", "d", "gzip")
    assert query.credentials == ("default", "k")
    assert query.protocol_version == 54460


@pytest.mark.parametrize("version", ["x", "-1", "٣"])
def test_a_protocol_version_that_is_no_number_is_none(version: str) -> None:
    assert parse_target(f"/?client_protocol_version={version}", {}).protocol_version == 0


@pytest.mark.parametrize("target", ["/?default_format=A+B", "/?param_a-b=1", "/?param_=1"])
def test_names_that_cannot_be_are_refused(target: str) -> None:
    with pytest.raises(EngineError, match="is no name"):
        parse_target(target, {})


@pytest.mark.parametrize(
    ("target", "headers", "expected"),
    [
        ("/?user=u&password=p", {}, ("u", "p")),
        ("/?password=p", {}, ("default", "p")),
        ("/", {"X-ClickHouse-User": "u"}, ("u", "")),
        ("/", {"Authorization": "Basic " + base64.b64encode(b"u:p:q").decode()}, ("u", "p:q")),
        ("/", {"Authorization": "basic " + base64.b64encode(b":p").decode()}, ("default", "p")),
        ("/", {"Authorization": "Basic ###"}, ("", "")),
        ("/", {"Authorization": "Bearer x"}, None),
    ],
)
def test_credentials_are_found(
    target: str, headers: dict[str, str], expected: tuple[str, str] | None
) -> None:
    assert parse_target(target, headers).credentials == expected


@pytest.mark.parametrize("credentials", [None, ("default", "x"), ("root", "right"), ("", "")])
def test_only_the_right_user_and_password_pass(credentials: tuple[str, str] | None) -> None:
    authenticate(("default", "right"), "right")
    with pytest.raises(EngineError, match="AUTHENTICATION_FAILED") as caught:
        authenticate(credentials, "right")
    assert "right" not in caught.value.message


@given(st.text(max_size=100), st.text(max_size=20))
def test_any_target_is_read_or_refused(path: str, key: str) -> None:
    try:
        query = parse_target(f"/?{path}", {"X-ClickHouse-Key": key})
    except EngineError:
        return
    assert query.path == "/"


def chunked(*pieces: bytes) -> bytes:
    return b"".join(b"%x;note\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


def test_a_chunked_body_ends_where_it_says() -> None:
    connection = io.BytesIO(chunked(b"abc", b"d" * 70_000) + b"0\r\nTrailer: x\r\n\r\nGET /")
    body = open_body({"Transfer-Encoding": "chunked"}, connection)
    assert body.read() == b"abc" + b"d" * 70_000
    assert body.read() == b""
    assert connection.read() == b"GET /"


def test_a_body_of_a_length_ends_there() -> None:
    connection = io.BytesIO(b"abcGET /")
    assert open_body({"Content-Length": "3"}, connection).read() == b"abc"
    assert connection.read() == b"GET /"
    assert open_body({}, connection).read() == b""


@pytest.mark.parametrize(
    ("headers", "data"),
    [
        ({"Content-Length": "9"}, b"abc"),
        ({"Transfer-Encoding": "chunked"}, b"5\r\nabc"),
        ({"Transfer-Encoding": "chunked"}, b"zz\r\n"),
        ({"Transfer-Encoding": "chunked"}, b""),
    ],
)
def test_a_body_that_breaks_off_is_a_lost_connection(headers: dict[str, str], data: bytes) -> None:
    with pytest.raises(ConnectionError):
        open_body(headers, io.BytesIO(data)).read()


def test_a_length_that_is_no_number_is_refused() -> None:
    with pytest.raises(EngineError, match="not a number of bytes"):
        open_body({"Content-Length": "-3"}, io.BytesIO())


def test_every_error_of_the_library_becomes_one_of_clickhouse() -> None:
    assert parse_error(RuntimeError("Code: 62. DB::Exception: x")).code == 62
    assert parse_error(RuntimeError("send_insert does not support it")).code == 36
    assert "RuntimeError" in parse_error(RuntimeError()).message


def test_statuses_are_those_of_a_server() -> None:
    statuses = {code: int(http_status(code)) for code in (60, 62, 81, 159, 194, 202, 241, 516)}
    assert statuses == {60: 404, 62: 400, 81: 404, 159: 408, 194: 401, 202: 503, 241: 500, 516: 403}


def test_a_tagged_error_can_be_found_again() -> None:
    from clickhouse_connect.driver.transform import extract_exception_with_tag

    message = make_error(36, "what, é").message
    data = b"rows" + render_tagged(message, "0123456789abcdef")
    assert extract_exception_with_tag(data, "0123456789abcdef") == message


@pytest.mark.parametrize(
    ("name", "blocks", "whole"),
    [
        ("CSVWithNames", [b'"a\n""b"\n1\n', b'"a\n""b"\n2\n', b'"a\n""b"\n'], b'"a\n""b"\n1\n2\n'),
        ("TSVWithNamesAndTypes", [b"a\nInt8\n1\n", b"a\nInt8\n2\n"], b"a\nInt8\n1\n2\n"),
        ("RowBinaryWithNames", [b"\x01\x01aX", b"\x01\x01aY", b""], b"\x01\x01aXY"),
        ("CSV", [b"1\n", b"", b"2\n"], b"1\n2\n"),
        ("CSVWithNames", [b"odd", b"odd"], b"odd"),
        ("ArrowStream", [], b""),
    ],
)
def test_blocks_are_joined(name: str, blocks: list[bytes], whole: bytes) -> None:
    assert streams(name)
    assert b"".join(join_blocks(name, iter(blocks))) == whole


def test_long_names_in_row_binary_are_measured() -> None:
    name = b"n" * 300
    header = b"\x01\xac\x02" + name
    joined = b"".join(join_blocks("RowBinaryWithNames", iter([header + b"1", header + b"2"])))
    assert joined == header + b"12"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("JSON", "application/json; charset=UTF-8"),
        ("JSONEachRow", "application/x-ndjson; charset=UTF-8"),
        ("CSV", "text/csv; charset=UTF-8; header=absent"),
        ("CSVWithNames", "text/csv; charset=UTF-8; header=present"),
        ("TSV", "text/tab-separated-values; charset=UTF-8"),
        ("Native", "application/octet-stream"),
        ("Pretty", "text/plain; charset=UTF-8"),
    ],
)
def test_formats_have_their_media_type(name: str, kind: str) -> None:
    assert content_type(name) == kind


def test_a_handshake_needs_version_format_and_question() -> None:
    question = b"select displayName(), version(), revision(), timezone()"
    assert is_handshake(question, "Native", 54460)
    assert not is_handshake(question, "JSON", 54460)
    assert not is_handshake(question, "Native", 0)


def test_the_configuration_holds_the_rules() -> None:
    text = render_configuration(1000, "<x>1</x>")
    for element in ("max_suspicious_broken_parts>0<", "fsync_after_insert>1<", "<x>1</x>"):
        assert element in text
    assert machine_memory_bytes() > 1 << 20


def test_an_engine_may_have_a_user_of_another_name() -> None:
    authenticate(("training", "right"), "right", "training")
    for credentials in (("default", "right"), ("training", "wrong"), None):
        with pytest.raises(EngineError):
            authenticate(credentials, "right", "training")
