-- About how many events are in [since, until), by quarters of an hour? One row.
-- In the words of the rollup `activity`, which answers it without reading the log.
SELECT count() AS events
FROM events
WHERE toStartOfFifteenMinutes(occurred_at) >= {since:DateTime64(3, 'UTC')}
    AND toStartOfFifteenMinutes(occurred_at) < {until:DateTime64(3, 'UTC')}
