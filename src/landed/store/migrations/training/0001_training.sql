-- The training zone: three tables of people whom nobody can name, and the record of its upkeep.
-- Why these columns, and what is not among them: docs/decisions/0024-training-zone.md.
--
-- Rows lie in the order of keyed digests, so that their order tells nothing of when they came. A row
-- that was sent twice is one: questions read with FINAL.

CREATE TABLE IF NOT EXISTS schema_migrations
(
    version UInt32,
    name String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY version
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS installation
(
    name String,
    value String,
    noted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY name
SETTINGS
    non_replicated_deduplication_window = 100,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS users
(
    user_key UUID
)
ENGINE = ReplacingMergeTree
ORDER BY user_key
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS resume_events
(
    event_id UUID,
    user_key UUID,
    occurred_on Date,
    action LowCardinality(String),
    resume_key UUID,
    tailoring_mode LowCardinality(String),
    version Nullable(UInt16),
    ats_score Nullable(UInt8),
    jd_score Nullable(UInt8),
    resume_text String CODEC(ZSTD(3)),
    job_description String CODEC(ZSTD(3)),
    tailored_text String CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_on)
ORDER BY event_id
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS interactions
(
    event_id UUID,
    user_key UUID,
    occurred_on Date,
    action LowCardinality(String),
    element LowCardinality(String)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_on)
ORDER BY event_id
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- What erasures took from here: a row when one begins and one when it has ended.
CREATE TABLE IF NOT EXISTS erasures
(
    request_id UUID,
    ended Bool,
    rows UInt64,
    noted_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = MergeTree
ORDER BY (request_id, noted_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
