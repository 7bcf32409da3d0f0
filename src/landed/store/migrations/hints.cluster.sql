ALTER TABLE events$on_cluster
MODIFY COLUMN properties JSON(max_dynamic_paths = 0, $hints);
