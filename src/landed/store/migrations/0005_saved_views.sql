-- Addresses of pages that people gave a name, such as a funnel: for everybody who sees the pages.
-- Saving adds a row, and so does taking a name away: with an empty address.
-- Why they lie here: docs/decisions/0018-saved-views.md.

CREATE TABLE IF NOT EXISTS saved_views$local$on_cluster
(
    page LowCardinality(String),
    name String,
    address String,
    saved_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = $engine
ORDER BY (page, name)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1;
