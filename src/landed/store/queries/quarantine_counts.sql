-- What was refused in [since, until), and why? One row per reason, the most frequent first.
SELECT
    source,
    event,
    path,
    reason,
    count() AS rows,
    max(received_at) AS last_seen
FROM quarantine
WHERE received_at >= {since:DateTime64(3, 'UTC')} AND received_at < {until:DateTime64(3, 'UTC')}
GROUP BY source, event, path, reason
ORDER BY rows DESC, source, event, path, reason
LIMIT 1000
