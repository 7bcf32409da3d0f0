-- Since when did the latest `most` events of [since, until) come, and how many have come since then?
-- One row, by quarters of an hour, in the words of the rollup `activity`; all, where they are fewer.
SELECT
    if(countIf(so_far >= {most:UInt64}) > 0, maxIf(quarter, so_far >= {most:UInt64}), {since:DateTime64(3, 'UTC')}) AS begun_at,
    if(countIf(so_far >= {most:UInt64}) > 0, minIf(so_far, so_far >= {most:UInt64}), max(so_far)) AS events,
    max(so_far) AS all_events
FROM
(
    SELECT quarter, sum(events) OVER (ORDER BY quarter DESC) AS so_far
    FROM
    (
        SELECT toStartOfFifteenMinutes(occurred_at) AS quarter, count() AS events
        FROM events
        WHERE toStartOfFifteenMinutes(occurred_at) >= {since:DateTime64(3, 'UTC')}
            AND toStartOfFifteenMinutes(occurred_at) < {until:DateTime64(3, 'UTC')}
        GROUP BY toStartOfFifteenMinutes(occurred_at)
    )
)
