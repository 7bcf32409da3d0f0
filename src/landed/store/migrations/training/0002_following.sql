-- What people say is followed: rows of restricted people lie in tables that no question is asked of
-- (GDPR, Article 18), and each removal notes why it was, of how many people, and since when the zone
-- had something of them, so that a training set can be asked how many of its people are gone.

CREATE TABLE IF NOT EXISTS users_aside
(
    user_key UUID
)
ENGINE = ReplacingMergeTree
ORDER BY user_key
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS resume_events_aside
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
ORDER BY event_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS interactions_aside
(
    event_id UUID,
    user_key UUID,
    occurred_on Date,
    action LowCardinality(String),
    element LowCardinality(String)
)
ENGINE = ReplacingMergeTree
ORDER BY event_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE erasures
    ADD COLUMN IF NOT EXISTS kind LowCardinality(String) DEFAULT 'erasure',
    ADD COLUMN IF NOT EXISTS people UInt32 DEFAULT 1,
    ADD COLUMN IF NOT EXISTS first_on Nullable(Date);
