-- Which errors did the host report in [since, until)? One row per kind, the most frequent first.
SELECT
    properties.error_type AS error_type,
    properties.severity AS severity,
    count() AS errors
FROM events
WHERE event = 'error_occurred'
    AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
GROUP BY error_type, severity
ORDER BY errors DESC, error_type, severity
LIMIT {limit:UInt32}
