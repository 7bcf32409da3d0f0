"""`python -m tests.api.answers`: the reference of the reads, with a real answer of each.

The same answers become the examples of the OpenAPI document.

The answers come from the application itself over a small demo market with a fixed seed; long
lists are cut to their first entries.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pyarrow as pa

import landed.api
from landed.api.analytics import READS
from landed.api.reads import Read
from landed.config import Settings
from landed.demo import Market, MarketConfig, to_batch
from landed.privacy import Pseudonymiser
from landed.wiring import Services, build_services
from tests.api.asking import ADMIN, ADMIN_KEY, WRITE_KEY, Client, make_client

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "analytics.md"
END: Final = datetime(2026, 3, 1, tzinfo=UTC)
EVENTS: Final = 30_000
EXAMPLES: Final = Path(landed.api.__file__).with_name("answers.json")
MOST: Final = 2

HEAD: Final = """\
# The routes that answer with numbers

Each is a GET with the admin key (`Authorization: Bearer …`) or a page's session. All answers have
the same envelope: `as_of` says when the numbers were made, `good_until` how long the server keeps
them (analyses 15 minutes, the dashboard one minute; `Cache-Control: no-cache` makes them anew), and
`answer` is what stands below. `ETag` and `If-None-Match` spare the transfer of equal numbers.
Errors are `application/problem+json` and name the parameter. Every metric is defined in
[metrics.md](metrics.md); the schemas of all fields are in `/openapi.json` and under `/docs`.

This page is written by `./run fix` from the routes themselves; the answers are those of a demo
market of 30,000 events, and lists are cut after two entries.
"""


def main() -> None:
    """Write the page."""
    with tempfile.TemporaryDirectory() as folder:
        services = _installed(Path(folder))
        try:
            with make_client(services) as client:
                answers = {read.path: _answer(read, client, _a_person()) for read in READS}
        finally:
            services.close()
    sections = [_section(read, *answers[read.path]) for read in READS]
    examples = {path: _shortened(answer, told=False) for path, (_, answer) in answers.items()}
    PAGE.write_text("\n".join([HEAD, *sections]), encoding="utf-8")
    EXAMPLES.write_text(json.dumps(examples, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _market() -> Market:
    return Market(MarketConfig(seed=1, events=EVENTS, end=END))


def _a_person() -> str:
    """The raw id of somebody with many events."""
    chunk = next(iter(_market().slices()))
    counts = sorted(chunk.user_id.value_counts().to_pylist(), key=lambda one: -one["counts"])
    return str(counts[0]["values"])


def _installed(folder: Path) -> Services:
    settings = {"data": folder, "write_key": WRITE_KEY, "admin_key": ADMIN_KEY}
    now = END + timedelta(minutes=1)
    services = build_services(Settings.model_validate(settings), clock=lambda: now)
    services.start()
    services.store_ready.result(60)
    pseudonymiser = Pseudonymiser(services.keys.pseudonym_secret)
    for number, chunk in enumerate(_market().slices()):
        batch = to_batch(chunk, pseudonymiser)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        services.store.insert("events", bytes(sink.getvalue()), token=f"market/{number}")
    return services


def _answer(read: Read, client: Client, person: str) -> tuple[str, Any]:
    """The address that was asked, and what it answered."""
    path = read.path.replace("{user_id:str}", person)
    params = _example(read)
    answer = client.get(path, headers=ADMIN, params=params)
    assert answer.status_code == 200, (path, answer.text)
    address = f"{path}?{urlencode(params, doseq=True, safe=',:|')}" if params else path
    return address, answer.json()["answer"]


def _section(read: Read, address: str, answer: Any) -> str:
    lines = [
        f"## {read.summary}",
        "",
        f"`GET {read.path.replace(':str', '')}`",
        "",
        read.text,
        "",
    ]
    if read.parameters:
        lines += ["| parameter | meaning | example |", "|---|---|---|"]
        lines += [_row(one.name, one.text, one.example) for one in read.parameters]
        lines += [""]
    shown = json.dumps(_shortened(answer), indent=1, ensure_ascii=False)
    lines += [f"`GET {address}` answers", "", "```json", shown, "```", ""]
    return "\n".join(lines)


def _row(name: str, text: str, example: str) -> str:
    shown = f"`{example}`".replace("|", "\\|") if example else ""
    return f"| `{name}` | {text.replace('|', chr(92) + '|')} | {shown} |"


def _example(read: Read) -> dict[str, str]:
    params = {one.name: one.example for one in read.parameters if one.required}
    if any(one.name == "range" for one in read.parameters):
        params["range"] = "90"
    return params


def _shortened(value: Any, *, told: bool = True) -> Any:
    """The value with its lists cut; where it is told, with a word of what is left out."""
    if isinstance(value, dict):
        return {name: _shortened(one, told=told) for name, one in list(value.items())[:60]}
    if isinstance(value, list):
        cut = [_shortened(one, told=told) for one in value[:MOST]]
        return [*cut, f"… {len(value) - MOST} more"] if told and len(value) > MOST else cut
    if isinstance(value, float):
        return float(f"{value:.6g}")
    return value


if __name__ == "__main__":
    main()
