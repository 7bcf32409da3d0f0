-- Events of people whose data may be kept, but not used (GDPR, Article 18): out of every answer, since
-- no question is asked of this table, and put back when the restriction ends.
-- Contexts and properties are texts here, so that the tracking plan's types may change meanwhile.

CREATE TABLE IF NOT EXISTS set_aside$local$on_cluster
(
    event LowCardinality(String),
    message_id UUID,
    subject_key UUID,
    session_id UUID,
    occurred_at DateTime64(3, 'UTC'),
    received_at DateTime64(3, 'UTC'),
    source LowCardinality(String),
    context String CODEC(ZSTD(3)),
    properties String CODEC(ZSTD(3))
)
ENGINE = $engine
ORDER BY (subject_key, occurred_at, message_id)
SETTINGS
    non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;
