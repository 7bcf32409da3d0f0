"""Which layout of the events table? Candidates side by side on the same synthetic rows.

    python benchmarks/layout.py --rows 2000000 --work FOLDER

For each candidate: insert speed (Arrow streams of 20,000 rows, fsync on, as the writer sends
them), bytes per row on disk, and the best time of five runs of each query.
Prints a Markdown table; docs/decisions/0004-events-table.md keeps one.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from chdb import session

ROWS_PER_INSERT = 20_000
SINCE, UNTIL = "2026-10-01 00:00:00", "2026-10-29 00:00:00"
PERIOD = f"occurred_at >= '{SINCE}' AND occurred_at < '{UNTIL}'"
DAYS, START = 90, "2026-08-01 00:00:00"

HINTS = (
    "ats_score Nullable(Float64), score Nullable(Float64), status Nullable(UInt16), "
    "duration_ms Nullable(Float64), cost_usd Nullable(Float64), position Nullable(UInt16), "
    "tier LowCardinality(String), outcome_type LowCardinality(String), "
    "model LowCardinality(String), industry LowCardinality(String)"
)
COLUMNS = """
    event LowCardinality(String){codec_none},
    message_id UUID{codec_id},
    subject_key UUID{codec_key},
    session_id UUID{codec_key},
    occurred_at DateTime64(3, 'UTC'){codec_time},
    received_at DateTime64(3, 'UTC'){codec_time},
    source LowCardinality(String){codec_none},
    context JSON{codec_none},
    properties JSON({hints}){codec_none}
"""
SETTINGS = (
    "non_replicated_deduplication_window = 20000, fsync_after_insert = 1, fsync_part_directory = 1"
)

ROWS_SQL = Template(Path(__file__).with_name("layout_rows.sql").read_text("utf-8"))
QUERIES = {
    "totals": """
        SELECT count(), uniqCombined64(subject_key), countIf(event = 'recommendation_shown')
        FROM {t} WHERE {period}""",
    "daily": """
        SELECT toDate(occurred_at) AS day, count(), uniqCombined64(subject_key)
        FROM {t} WHERE {period} GROUP BY day""",
    "funnel": """
        SELECT level, count() FROM
        (
            SELECT windowFunnel(2419200)(
                toDateTime(occurred_at),
                event = 'recommendation_shown',
                event = 'recommendation_clicked',
                event = 'application_submitted',
                event = 'application_outcome_recorded'
                    AND properties.outcome_type = 'interview_completed',
                event = 'application_outcome_recorded'
                    AND properties.outcome_type = 'offer_received') AS level
            FROM {t}
            WHERE event IN ('recommendation_shown', 'recommendation_clicked',
                'application_submitted', 'application_outcome_recorded') AND {period}
            GROUP BY subject_key
        ) GROUP BY level""",
    "catalogue": """
        SELECT event, count(), uniqCombined64(subject_key), max(occurred_at)
        FROM {t} WHERE {period} GROUP BY event""",
    "average": """
        SELECT avg(toFloat64OrNull(toString(properties.ats_score)))
        FROM {t} WHERE event = 'resume_tailored' AND {period}""",
    "known ids": """
        SELECT DISTINCT UUIDToNum(message_id) FROM {t} WHERE message_id IN
        (SELECT toUUID(UUIDNumToString(CAST(randomString(16), 'FixedString(16)')))
        FROM numbers(1000))""",
    "timeline": """
        SELECT * FROM {t}
        WHERE subject_key = toUUID(UUIDNumToString(sipHash128('person', toUInt64(500))))""",
}


@dataclass(frozen=True)
class Candidate:
    """One way to lay the table out."""

    name: str
    order_by: str
    partition_by: str = "toYYYYMM(occurred_at)"
    codecs: bool = True
    hints: str = HINTS
    extra: str = ""

    def create(self, table: str) -> str:
        """The CREATE TABLE statement of this candidate."""
        codec = {
            "codec_none": " CODEC(ZSTD(1))" if self.codecs else "",
            "codec_id": " CODEC(NONE)" if self.codecs else "",
            "codec_key": " CODEC(ZSTD(1))" if self.codecs else "",
            "codec_time": " CODEC(Delta, ZSTD(1))" if self.codecs else "",
        }
        columns = COLUMNS.format(hints=self.hints, **codec) + self.extra
        partition = f"PARTITION BY {self.partition_by} " if self.partition_by else ""
        return (
            f"CREATE TABLE {table} ({columns}) ENGINE = MergeTree {partition}"
            f"ORDER BY ({self.order_by}) SETTINGS {SETTINGS}"
        )


IDS = (
    ", PROJECTION ids (SELECT message_id ORDER BY message_id) "
    "WITH SETTINGS (index_granularity = 1024)"
)
SUBJECTS = ", PROJECTION subjects INDEX subject_key TYPE basic"
BLOOM = ", INDEX subjects subject_key TYPE bloom_filter(0.01) GRANULARITY 1"
TIME = "event, occurred_at"
CANDIDATES = [
    Candidate("event, time", TIME),
    Candidate("event, time; no codecs", TIME, codecs=False),
    Candidate("event, time; no hints", TIME, hints="max_dynamic_paths=1024"),
    Candidate("event, time; one partition", TIME, partition_by=""),
    Candidate("event, time; bloom filter of subjects", TIME, extra=BLOOM),
    Candidate("event, time; projection of ids", TIME, extra=IDS),
    Candidate("event, time; index of subjects", TIME, extra=SUBJECTS),
    Candidate("event, time; both", TIME, extra=IDS + SUBJECTS),
    Candidate("event, day, subject", "event, toDate(occurred_at), subject_key"),
    Candidate("event, subject, time", "event, subject_key, occurred_at"),
    Candidate("day, event, subject", "toDate(occurred_at), event, subject_key"),
    Candidate("subject, time", "subject_key, occurred_at"),
]


class Bench:
    """One chDB session in a folder, with the payloads that every candidate gets."""

    def __init__(self, work: Path, rows: int) -> None:
        self.rows = rows
        open_session: Any = session.Session  # chDB has no types
        self._session = open_session(str(work / "db"))
        self._session.query("CREATE DATABASE IF NOT EXISTS d ENGINE = Atomic")

    def query(self, sql: str) -> str:
        """Run a statement; the answer as TSV."""
        return str(self._session.query(sql, "TSV"))

    def payloads(self) -> Iterator[bytes]:
        """Yield what a writer would send, the same for every candidate."""
        for first in range(0, self.rows, ROWS_PER_INSERT):
            sql = ROWS_SQL.substitute(
                people=max(self.rows // 60, 1000),
                start=START,
                seconds=DAYS * 86400,
                rows=self.rows,
                first=first,
                count=ROWS_PER_INSERT,
            )
            yield self._session.query(sql, "ArrowStream").bytes()

    def insert(self, table: str) -> float:
        """Insert all payloads; rows a second."""
        spent = 0.0
        for number, payload in enumerate(self.payloads()):
            started = time.perf_counter()
            sql = f"INSERT INTO {table} SETTINGS insert_deduplication_token = 't{number}'"
            inserter = self._session._conn.send_insert(sql, "ArrowStream")  # noqa: SLF001 - the way the engine inserts
            inserter.append(payload)
            inserter.finish()
            spent += time.perf_counter() - started
        return self.rows / spent

    def milliseconds(self, sql: str, repeats: int = 5) -> tuple[float, float]:
        """Best and median time of a query."""
        times = []
        for _ in range(repeats):
            started = time.perf_counter()
            self.query(sql)
            times.append((time.perf_counter() - started) * 1000)
        return min(times), statistics.median(times)

    def measure(self, number: int, candidate: Candidate) -> str:
        """One row of the table of figures."""
        table = f"d.t{number}"
        self.query(candidate.create(table))
        speed = self.insert(table)
        size = self.query(
            "SELECT round(sum(bytes_on_disk) / sum(rows), 1) FROM system.parts "
            "WHERE database = 'd' AND active"
        ).strip()
        cells = [
            f"{self.milliseconds(sql.format(t=table, period=PERIOD))[1]:.0f}"
            for sql in QUERIES.values()
        ]
        self.query(f"DROP TABLE {table} SYNC")
        return f"| {candidate.name} | {speed / 1000:.0f} | {size} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--work", type=Path, required=True, help="an empty folder for the data")
    parser.add_argument("--only", default="", help="run the candidates whose name contains this")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.work / "db", ignore_errors=True)
    arguments.work.mkdir(parents=True, exist_ok=True)
    bench = Bench(arguments.work, arguments.rows)
    print(f"{arguments.rows:,} rows; times are the best of five runs in ms\n")
    print("| order by | thousand rows/s | bytes/row | " + " | ".join(QUERIES) + " |")
    print("|---|---|---|" + "---|" * len(QUERIES))
    for number, candidate in enumerate(CANDIDATES):
        if arguments.only in candidate.name:
            print(bench.measure(number, candidate), flush=True)
    shutil.rmtree(arguments.work / "db", ignore_errors=True)


if __name__ == "__main__":
    main()
