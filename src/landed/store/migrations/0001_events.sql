-- The log of events, the quarantine of refused ones, and the record of migrations.
-- Why this order, these partitions and codecs: docs/decisions/0004-events-table.md.

CREATE TABLE IF NOT EXISTS schema_migrations$local$on_cluster
(
    version UInt32,
    name String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = $engine
ORDER BY version
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS events$local$on_cluster
(
    event LowCardinality(String) CODEC(ZSTD(1)),
    message_id UUID CODEC(NONE),
    subject_key UUID CODEC(ZSTD(1)),
    session_id UUID CODEC(ZSTD(1)),
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    source LowCardinality(String) CODEC(ZSTD(1)),
    context JSON(
        max_dynamic_paths = 0,
        `app.version` LowCardinality(String),
        `browser.name` LowCardinality(String),
        `country` LowCardinality(String),
        `device.type` LowCardinality(String),
        `library.name` LowCardinality(String),
        `library.version` LowCardinality(String),
        `os.name` LowCardinality(String)
    ) CODEC(ZSTD(1)),
    properties JSON(max_dynamic_paths = 0, $hints) CODEC(ZSTD(1)),
    INDEX subjects subject_key TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX received received_at TYPE minmax GRANULARITY 1
)
ENGINE = $engine
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (event, occurred_at)
SETTINGS
    non_replicated_deduplication_window = 20000,
    replicated_deduplication_window = 20000,
    -- Paths without a hint share one column: a column each costs more than half of an insert.
    object_shared_data_serialization_version_for_zero_level_parts = 'map',
    -- An insert of some 10 MB would be a wide part: a file and an fsync for each of some hundred
    -- columns and JSON paths. Compact, it is one file; merges make the large parts wide.
    min_bytes_for_wide_part = 134217728,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS quarantine$local$on_cluster
(
    quarantine_id UUID,
    received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    source LowCardinality(String),
    event String,
    path String,
    reason String,
    content String CODEC(ZSTD(3))
)
ENGINE = $engine
PARTITION BY toYYYYMM(received_at)
ORDER BY (received_at, quarantine_id)
SETTINGS
    non_replicated_deduplication_window = 20000,
    replicated_deduplication_window = 20000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;
