"""`landed report`: a file that stands alone, and an e-mail that arrives at a real mail server."""

from __future__ import annotations

import email
import email.policy
import re
import socketserver
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.cli.commands import landed
from tests.cli.conftest import Running


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server that takes every letter."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Postman)
        self.letters: list[EmailMessage] = []


class Postman(socketserver.StreamRequestHandler):
    """One sender: the least of SMTP (RFC 5321)."""

    server: Mailbox

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self._say("354 go on")
                self.server.letters.append(self._letter())
            self._say("221 bye" if word == b"QUIT" else "250 well")

    def _letter(self) -> EmailMessage:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        read = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        assert isinstance(read, EmailMessage)
        return read

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as box:
        thread = threading.Thread(target=box.serve_forever)
        thread.start()
        yield box
        box.shutdown()
        thread.join()


PLACE = {"position": 1, "tier": "optimal"}


def fill(running: Running) -> None:
    for person in range(30):
        for event in ("recommendation_shown", "recommendation_clicked", "application_submitted"):
            sent = {
                "userId": f"u-{person}",
                "event": event,
                "properties": {"job_id": f"job-{person}", "application_id": f"a-{person}"} | PLACE,
            }
            assert running.server.post("/v1/track", sent).status_code == 200
    running.server.wait_for(
        "SELECT 1 FROM events WHERE event = 'application_submitted' HAVING count() >= 30"
    )


@pytest.mark.browser
def test_a_file_that_stands_alone(running: Running, browser: Browser, tmp_path: Path) -> None:
    fill(running)
    file = tmp_path / "report.html"
    done = landed("report", str(file), "--data", str(running.data))
    assert done.code == 0, done.err
    assert "report.html" in done.err
    text = file.read_text("utf-8")
    assert "<svg" in text
    assert "Applications" in text
    assert not re.search(r"(src|href)=\"(?!http://127)", text)
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert page.locator("svg").count() >= 2
    assert asked == [file.as_uri()]
    page.close()


def test_without_a_server_it_opens_the_folder(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    done = landed("report", str(file), "--range", "28", "--data", str(tmp_path / "data"))
    assert done.code == 0, done.err
    text = file.read_text("utf-8")
    assert "Nobody did the first step in this period." in text
    assert "<svg" not in text


def test_it_arrives_by_mail(
    running: Running, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(running)
    place = f"mailto://127.0.0.1:{mailbox.server_address[1]}"
    monkeypatch.setenv("LANDED_REPORT_URLS", f"{place}?from=a@example.com&to=team@example.com")
    done = landed("report", "--send", "--data", str(running.data))
    assert done.code == 0, done.err
    assert "sent to 1 place" in done.err
    (letter,) = mailbox.letters
    assert letter["Subject"].startswith("landed: ")
    assert "team@example.com" in letter["To"]
    body = letter.get_body(("html",))
    assert body is not None
    assert "What got people hired" in body.get_content()
    (file,) = letter.iter_attachments()
    assert file.get_filename() == "landed-report.html"
    assert b"<svg" in file.get_payload(decode=True)


def test_what_is_wrong_is_told_in_one_line(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = landed("report", "--send", "--data", str(running.data))
    assert told.code == 1
    assert "LANDED_REPORT_URLS is not set" in told.err
    monkeypatch.setenv("LANDED_REPORT_URLS", "nowhere at all")
    told = landed("report", "--send", "--data", str(running.data))
    assert told.code == 1
    assert "address 1 is none that apprise knows" in told.err
    monkeypatch.setenv("LANDED_REPORT_URLS", "json://127.0.0.1:9/x")
    told = landed("report", "--send", "--data", str(running.data))
    assert told.code == 1
    assert "did not arrive at address 1" in told.err
    told = landed("report", str(tmp_path / "x.html"), "--range", "12", "--data", str(running.data))
    assert told.code == 1
    assert "range is '12'" in told.err
    assert not (tmp_path / "x.html").exists()
