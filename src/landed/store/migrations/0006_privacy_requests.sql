-- What people asked to be done with their data, and what came of it: a row when it is asked and one
-- at each step that is done. Nobody is named here: a subject is the SHA-256 of a pseudonym, which
-- finds rows that come back (from a backup, an old export, another server's spool) and nobody else.

CREATE TABLE IF NOT EXISTS privacy_requests$local$on_cluster
(
    request_id UUID,
    kind LowCardinality(String),
    state LowCardinality(String),
    subjects Array(String),
    received_at DateTime64(3, 'UTC'),
    events UInt64,
    quarantined UInt64,
    certificate String CODEC(ZSTD(3)),
    noted_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = $engine
ORDER BY (request_id, noted_at)
SETTINGS
    non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;
