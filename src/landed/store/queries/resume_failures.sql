-- What went wrong when CVs were parsed in [since, until)? One row per class of error, most first.
SELECT
    properties.error_type AS error_type,
    count() AS failures
FROM events
WHERE event = 'resume_parsed'
    AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    AND properties.success = false
GROUP BY error_type
ORDER BY failures DESC, error_type
LIMIT 50
