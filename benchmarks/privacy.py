"""Measures the scrubber: recall and precision per kind, what it leaves alone, speed.

    python -m benchmarks.privacy [FOLDER OF THE PUBLIC DATA]

The data are `pii/presidio_synth_dataset_v2.json` and `taxonomy/` of the shared folder that
lies beside the checkout; they are no part of the product. A gold span counts as found when
at least half of its characters are covered; a find counts as right when it touches a gold
span of any personal kind.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from landed.privacy import ContextCleaner, Kind, Pseudonymiser, Scrubber
from landed.privacy.addresses import find_addresses
from landed.privacy.links import find_emails, find_urls
from landed.privacy.names import announced_names, find_names, name_pattern
from landed.privacy.numbers import find_numbers

GOLD = {
    "PERSON": Kind.NAME,
    "STREET_ADDRESS": Kind.ADDRESS,
    "CREDIT_CARD": Kind.CARD,
    "PHONE_NUMBER": Kind.PHONE,
    "EMAIL_ADDRESS": Kind.EMAIL,
    "DOMAIN_NAME": Kind.URL,
    "IBAN_CODE": Kind.IBAN,
    "US_SSN": Kind.SSN,
    "IP_ADDRESS": Kind.IP,
}
Span = tuple[int, int, Kind]


def find_all(text: str) -> list[Span]:
    finders = (find_emails(text), find_urls(text), find_addresses(text), find_names(text))
    pattern = name_pattern(announced_names(text))
    local = ((*found.span(), Kind.NAME) for found in pattern.finditer(text)) if pattern else ()
    return [*chain(*finders, find_numbers(text, "US"), local)]


def covered(start: int, end: int, spans: Iterable[Span]) -> float:
    places = set[int]()
    for first, last, _ in spans:
        places.update(range(max(start, first), min(end, last)))
    return len(places) / (end - start)


def quality(folder: Path) -> dict[str, dict[str, float]]:
    texts = json.loads((folder / "pii/presidio_synth_dataset_v2.json").read_text("utf-8"))
    gold, hit, found, right = Counter[Kind](), Counter[Kind](), Counter[Kind](), Counter[Kind]()
    for record in texts:
        spans = find_all(record["full_text"])
        truth = [
            (span["start_position"], span["end_position"], GOLD.get(span["entity_type"]))
            for span in record["spans"]
        ]
        for start, end, kind in truth:
            if kind:
                gold[kind] += 1
                hit[kind] += covered(start, end, spans) >= 0.5
        personal = [(start, end) for start, end, kind in truth if kind]
        for start, end, kind in spans:
            found[kind] += 1
            right[kind] += any(start < last and first < end for first, last in personal)
    return {
        kind.name: {
            "gold": gold[kind],
            "recall": hit[kind] / gold[kind],
            "precision": right[kind] / max(1, found[kind]),
        }
        for kind in GOLD.values()
    }


def career_words(folder: Path) -> Iterator[tuple[str, str]]:
    onet = folder / "taxonomy/onet"
    for name, column in (("Alternate Titles.txt", 1), ("Technology Skills.txt", 1)):
        with (onet / name).open(encoding="utf-8") as lines:
            for row in list(csv.reader(lines, delimiter="\t"))[1:]:
                yield name.removesuffix(".txt"), row[column]
    for name in ("occupations_en.csv", "skills_en_4199_partial.csv"):
        with (folder / "taxonomy/esco" / name).open(encoding="utf-8") as lines:
            for record in csv.DictReader(lines):
                yield f"{name.partition('_en')[0]}, Title Case", record["preferredLabel"].title()


def left_alone(folder: Path) -> dict[str, tuple[int, float, list[str]]]:
    scrubber = Scrubber("US")
    total, kept = Counter[str](), Counter[str]()
    broken: dict[str, list[str]] = {}
    for source, text in {*career_words(folder)}:
        total[source] += 1
        if scrubber.scrub(text) == text:
            kept[source] += 1
        else:
            broken.setdefault(source, []).append(text)
    return {key: (total[key], kept[key] / total[key], sorted(broken.get(key, []))) for key in total}


# Processor time of this thread: other processes on the machine hardly change it.
def nanoseconds(act: Callable[[int], object], times: int, rounds: int = 5) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.thread_time_ns()
        for index in range(times):
            act(index)
        best = min(best, (time.thread_time_ns() - start) / times)
    return best


def events(count: int) -> list[dict[str, Any]]:
    titles = ["Senior Data Scientist", "Software Engineer", "Django Developer", "Product Manager"]
    return [
        {
            "recommendation_id": f"rec_{index:08x}",
            "job_id": f"job_{index * 7919}",
            "surface": "home_feed",
            "title": titles[index % 4],
            "company": f"Company {index % 900} Ltd",
            "industry": "information_technology",
            "tier": "optimal",
            "score": index % 100 / 100,
            "position": index % 10,
            "remote": index % 2 == 0,
        }
        for index in range(count)
    ]


def speed(folder: Path) -> dict[str, tuple[float, str]]:
    scrubber, pseudonyms = Scrubber("US"), Pseudonymiser(bytes(32))
    cleaner = ContextCleaner(scrubber)
    batch = events(20_000)
    for event in batch:
        scrubber.scrub_json(event)
    context = {
        "ip": "192.0.2.7",
        "library": {"name": "analytics.js", "version": "2.1.0"},
        "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari",
        "page": {"path": "/jobs", "url": "https://app.example/jobs", "title": "Jobs"},
        "locale": "en-US",
        "timezone": "Europe/Vienna",
    }
    texts = [
        record["full_text"]
        for record in json.loads((folder / "pii/presidio_synth_dataset_v2.json").read_text("utf-8"))
    ]
    prose = "\n".join(texts)[:20_000]
    cv = CV * 3
    ids = [f"user-{index}" for index in range(20_000)]
    uuids = [f"{index:08x}-0000-4000-8000-{index:012x}" for index in range(20_000)]
    result = {
        "event of 10 fields, usual way": (
            nanoseconds(lambda i: scrubber.scrub_json(batch[i]), 20_000),
            "ns",
        ),
        "context, repeated": (nanoseconds(lambda _: cleaner.clean_json(context), 20_000), "ns"),
        "context, new": (nanoseconds(lambda _: cleaner.clean(context), 2_000), "ns"),
        "subject key, cached": (
            nanoseconds(lambda _: pseudonyms.subject_key("user-1"), 20_000),
            "ns",
        ),
        "subject key, new": (
            nanoseconds(lambda i: pseudonyms.digest_id(ids[i], domain="subject"), 20_000),
            "ns",
        ),
        "message id, UUID": (
            nanoseconds(lambda i: pseudonyms.digest_id(uuids[i], domain="message"), 20_000),
            "ns",
        ),
        "message id, other": (
            nanoseconds(lambda i: pseudonyms.digest_id(ids[i], domain="message"), 20_000),
            "ns",
        ),
    }
    for name, text in (("CV text", cv), ("annotated texts", prose)):
        spent = nanoseconds(lambda _, text=text: scrubber.scrub(text), 3, 3)  # type: ignore[misc]
        result[name] = (len(text.encode()) / spent * 1e3, "MB/s")
    return result


CV = """Maria Rossi
Senior Data Scientist
Via Garibaldi 12, Milano | maria.rossi@mail.example | +39 347 123 4567 | linkedin.com/in/mrossi

Summary
Data scientist with 8 years of experience in machine learning, statistics and data engineering.
Built recommendation systems with Python, Spark and Airflow for marketplaces with 2,000,000 users.

Experience
Acme Analytics Ltd, Milan, 03/2019 - 11/2024
- Led a team of five engineers that rebuilt the ranking of job advertisements in real time, which
  raised the click-through rate by 14% and saved 120,000 EUR a year in infrastructure.
- Introduced experiment reviews, power calculations and guardrail metrics to three product teams.
- Wrote the feature store (Python 3.11, ClickHouse, Kafka) that serves 3,500 requests per second.
Bluebird Logistics GmbH, Hamburg, 2015 - 2019
- Forecast demand for 450 depots with gradient boosting; reduced the error from 18.5% to 11.2%.
- Migrated 40 TB of tables from Oracle to Snowflake without a day of downtime.

Education
MSc Statistics, University of Bologna, 2013 - 2015. BSc Mathematics, 2010 - 2013.

Skills
Python, SQL, Spark, Airflow, dbt, Docker, Kubernetes, AWS, TensorFlow, PyTorch, Tableau, Git, Scrum
"""


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared/data"
    print("Presidio synthetic texts (1,500)")
    for kind, row in quality(folder).items():
        figures = f"recall {row['recall']:.3f} precision {row['precision']:.3f}"
        print(f"  {kind:8} {row['gold']:5.0f} {figures}")
    print("Career words left alone")
    for source, (count, share, broken) in left_alone(folder).items():
        sample = "; ".join(broken[:: max(1, len(broken) // 6)][:6])
        print(f"  {source:24} {count:6} {share:.4f}   {sample}")
    print("Speed")
    for name, (value, unit) in speed(folder).items():
        print(f"  {name:30} {value:8.1f} {unit}")


if __name__ == "__main__":
    main()
