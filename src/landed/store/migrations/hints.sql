ALTER TABLE events$local$on_cluster
MODIFY COLUMN properties JSON($hints) CODEC(ZSTD(1));
