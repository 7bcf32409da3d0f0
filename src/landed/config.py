"""Settings: the only reader of the environment.

Each setting is an environment variable `LANDED_<NAME>`, or a line of `landed.env` in the folder
where landed starts, which `landed init` writes. `landed doctor` shows the
values in force, secrets masked; the reference page in the docs is made from this class.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["SETTINGS_FILE", "Settings"]

SETTINGS_FILE = "landed.env"
"""Read where landed starts; the environment wins over it."""


class Settings(BaseSettings):
    """Everything that an installation may set.

    Examples:
        >>> Settings(port=9000).port
        9000
    """

    model_config = SettingsConfigDict(
        env_prefix="LANDED_",
        env_file=SETTINGS_FILE,
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        populate_by_name=True,
    )

    data: Path = Field(
        Path("landed-data"),
        description="Folder of all that the embedded mode keeps: store, spool, keys, bundle.",
    )
    store: SecretStr | None = Field(
        None,
        description="DSN of a ClickHouse server, clickhouse(s)://user:password@host:port/database. "
        "Unset: landed starts and supervises its own engine.",
    )
    state: SecretStr | None = Field(
        None,
        description="DSN of the database for what is said rarely, such as consents: "
        "postgresql://user:password@host:port/database, which servers share, or sqlite:///path. "
        "Unset: SQLite in the data folder.",
    )
    cluster: str | None = Field(
        None,
        description="Name of the ClickHouse cluster. Set: migrations create replicated tables and "
        "Distributed tables over them.",
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    tls_certificate: Path | None = Field(
        None,
        description="Certificate chain (PEM), for HTTPS without a proxy. It is taken anew when the "
        "file changes.",
    )
    tls_key: Path | None = Field(None, description="Private key (PEM) of the certificate.")
    tls_minimum: Literal["1.2", "1.3"] = Field(
        "1.3", description="Oldest version of TLS that is spoken: 1.3 or 1.2."
    )
    trusted_hosts: str = Field(
        "",
        description="Names under which the server may be asked, commas or spaces between; "
        "`*.example.com` is all names below it. Empty: any. This machine's own is always one.",
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto "
        "are believed, commas or spaces between. Empty: nobody's are.",
    )
    write_key: SecretStr | None = Field(
        None, description="Fixed write key for scripted set-ups. Unset: made once, in data/keys."
    )
    admin_key: SecretStr | None = Field(
        None, description="Fixed admin key for scripted set-ups. Unset: made once, in data/keys."
    )
    analyst_key: SecretStr | None = Field(
        None,
        description="Fixed analyst key: it opens all numbers, and no single person. Unset: made "
        "once, in data/keys.",
    )
    open_dashboard: bool = Field(
        default=False,
        description="Show pages without log-in. For demo data only; `landed demo` sets it.",
    )
    open_writes: bool = Field(
        default=False,
        description="Take the calls of one event each (`/api/analytics/user-behavior/…` and its "
        "like) without a key from programs on this machine. `./run serve` sets it.",
    )
    rate_write: float = Field(
        10_000.0,
        ge=0,
        description="Requests a second with which one address, and one key, may send events, with "
        "a burst of ten seconds' worth; then 429. 0: no limit.",
    )
    rate_read: float = Field(
        200.0,
        ge=0,
        description="The same for all other requests. Behind a proxy everybody has its address.",
    )
    lock_out_guesses: int = Field(
        10,
        ge=0,
        description="Different wrong keys from one address within ten minutes that lock it out: "
        "for a minute, then twice as long each time, up to an hour. 0: never.",
    )
    master_key: SecretStr | None = Field(
        None,
        description="The master key, 32 bytes as hexadecimal digits or base64. Set in one of these "
        "three places: what is kept under data is encrypted with AES-256.",
    )
    master_key_file: Path | None = Field(
        None, description="File that holds the master key; outside of data, readable by its owner."
    )
    master_key_command: SecretStr | None = Field(
        None,
        description="Command that prints the master key, such as a call of a key service. No shell "
        "is involved; it has 30 seconds.",
    )
    pseudonym_days: int = Field(
        90,
        ge=0,
        description="Days after which the start of a server makes the next version of the "
        "pseudonym key; everybody who is known keeps their pseudonym. 0, or with LANDED_STORE: "
        "only `landed pseudonyms rotate` makes one.",
    )
    spool_max_bytes: int = Field(
        4 << 30, ge=1 << 20, description="The spool answers 503 beyond this many bytes on disk."
    )
    spool_max_pending_bytes: int = Field(
        64 << 20, ge=1 << 16, description="Bytes that may wait for an fsync before 503 is answered."
    )
    segment_max_bytes: int = Field(
        8 << 20, ge=1 << 12, description="A spool segment is closed at this size."
    )
    segment_max_seconds: float = Field(
        0.25,
        gt=0,
        description="A spool segment with rows in it is closed at this age, or when the store has "
        "taken the one before it.",
    )
    engine_memory_bytes: int | None = Field(
        None, description="Memory cap of the embedded engine. Unset: half of the machine's."
    )
    engine_threads: int = Field(
        4, ge=1, le=64, description="Queries that the embedded engine runs at once."
    )
    keep_events_days: int | None = Field(
        None,
        ge=30,
        description="Days after which events are deleted, by the time they happened, and with them "
        "their share of every number. Unset: they stay until somebody asks for erasure.",
    )
    keep_quarantine_days: int | None = Field(
        None,
        ge=1,
        description="Days after which refused events are deleted from the quarantine, by the time "
        "they came in. Unset: they stay.",
    )
    keep_training_days: int | None = Field(
        None,
        ge=1,
        description="Days after which what people did is deleted from the training zone, by its "
        "day. Unset: it stays until they take it back.",
    )
    own_erasure: Literal["confirm", "at_once"] = Field(
        "confirm",
        description="What happens when a person asks at `/me` to be forgotten. confirm: it waits "
        "for `landed privacy confirm`, since whoever has the link could have asked. at_once: it is "
        "carried out.",
    )
    training: bool = Field(
        default=False,
        description="Keep the training zone: what people allowed to teach models, apart from all "
        "else. Without a DSN it is an engine of its own.",
    )
    training_store: SecretStr | None = Field(
        None,
        description="DSN of the training zone's own database, with a user of its own; it switches "
        "the zone on. Unset: a second embedded engine in data/training.",
    )
    training_memory_bytes: int = Field(
        512 << 20,
        ge=128 << 20,
        description="Memory cap of the training zone's embedded engine.",
    )
    public_epsilon: float = Field(
        0.0,
        ge=0,
        le=100,
        description="The privacy budget of the log of events: how much epsilon all releases of "
        "numbers for the public (`landed public`) may spend together, for good. 0: none is made.",
    )
    phone_region: str = Field(
        "US", description="Country for phone numbers that are written without a country code."
    )
    monitoring: bool = Field(
        default=True,
        validation_alias=AliasChoices("LANDED_MONITORING", "PERFORMANCE_MONITORING_ENABLED"),
        description="Sample this machine's load, and compare the targets with what happens. Also "
        "read from `PERFORMANCE_MONITORING_ENABLED`.",
    )
    monitoring_seconds: float = Field(
        60.0,
        gt=0,
        validation_alias=AliasChoices(
            "LANDED_MONITORING_SECONDS", "PERFORMANCE_MONITORING_INTERVAL"
        ),
        description="Pause between two samples and two comparisons. Also read from "
        "`PERFORMANCE_MONITORING_INTERVAL`.",
    )
    monitoring_host: str = Field(
        "landed",
        min_length=1,
        max_length=100,
        description="Name of this machine in its samples. Not taken from the system: names of "
        "machines often hold names of people.",
    )
    target_response_ms: float = Field(
        2_000.0, gt=0, description="The 95th percentile of API response times must not pass this."
    )
    target_processing_seconds: float = Field(
        8.0, gt=0, description="The mean time of the slowest workflow must not pass this."
    )
    target_error_rate: float = Field(
        0.05, gt=0, lt=1, description="The share of API requests that fail must not pass this."
    )
    target_cpu_percent: float = Field(
        80.0, gt=0, lt=100, description="The mean use of processors must not pass this."
    )
    target_memory_percent: float = Field(
        85.0, gt=0, lt=100, description="The mean use of memory must not pass this."
    )
    alert_urls: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("LANDED_ALERT_URLS", "ALERT_URLS"),
        description="Where alerts go: apprise URLs with spaces between, such as "
        "mailtos://user:password@example.com or a Slack webhook. Also read from `ALERT_URLS`.",
    )
    experiment_autostop: bool = Field(
        default=False,
        description="Stop an experiment by itself when one of its guardrails is clearly harmed; "
        "everybody meets the control then. The alert goes out with it and without.",
    )
    report_urls: SecretStr | None = Field(
        None,
        description="Where the report goes: apprise URLs with spaces between, such as "
        "mailtos://user:password@example.com?to=team@example.com.",
    )
    report_every: Literal["", "day", "week", "month"] = Field(
        "",
        description="How often the server sends the report: day, week (on Mondays) or month (on "
        "the first), at 07:00 UTC. Empty: only `landed report --send` does.",
    )
    alert_after_checks: int = Field(
        3, ge=1, description="An alert fires when its target was missed this often in a row."
    )
    alert_recovery_checks: int = Field(
        3, ge=1, description="A fired alert ends when its target was met this often in a row."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="debug, info, warning or error."
    )
