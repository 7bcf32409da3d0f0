-- How far does the log of events reach? One row; the times are NULL when there are no events.
--
-- The first two times come from the partitions' bounds, the third from the index on
-- received_at: none of them reads the log.
SELECT
    if(events = 0, NULL, min(occurred_at)) AS first_occurred_at,
    if(events = 0, NULL, max(occurred_at)) AS last_occurred_at,
    (SELECT received_at FROM events ORDER BY received_at DESC LIMIT 1) AS last_received_at,
    count() AS events
FROM events
