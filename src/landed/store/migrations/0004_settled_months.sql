-- A month that nothing was added to for an hour becomes one part. Left alone, its last small parts
-- stay for weeks, and each costs a query as much as some 70,000 rows of a large one: figures in
-- docs/decisions/0004-events-table.md. The month that grows is left to the ordinary merges.

ALTER TABLE events$local$on_cluster
MODIFY SETTING
    min_age_to_force_merge_seconds = 3600,
    min_age_to_force_merge_on_partition_only = 1,
    enable_max_bytes_limit_for_min_age_to_force_merge = 1;
