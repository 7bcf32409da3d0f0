-- What a store must remember of the installation that writes it: one row for each name.
-- The row is inserted with its name as the deduplication token, so of several processes that
-- start at once the first one's value stays, and the others see it.

CREATE TABLE IF NOT EXISTS installation$local$on_cluster
(
    name String,
    value String,
    noted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = $engine
ORDER BY name
SETTINGS
    non_replicated_deduplication_window = 100,
    fsync_after_insert = 1,
    fsync_part_directory = 1;
