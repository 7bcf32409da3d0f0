-- How much is kept in the training zone of what goes by no limit? One row per kind.
SELECT 'users' AS kind, count() AS rows, toDateTime64(0, 3, 'UTC') AS oldest FROM users FINAL
UNION ALL
SELECT 'set_aside' AS kind, count() AS rows, toDateTime64(min(occurred_on), 3, 'UTC') AS oldest
FROM
(
    SELECT occurred_on FROM resume_events_aside FINAL
    UNION ALL
    SELECT occurred_on FROM interactions_aside FINAL
)
