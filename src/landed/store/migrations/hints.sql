ALTER TABLE events$local$on_cluster
MODIFY COLUMN properties JSON(max_dynamic_paths = 0, $hints) CODEC(ZSTD(1));
