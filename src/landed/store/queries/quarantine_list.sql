-- Which events were refused in [since, until)? The newest first, `limit` of them after `offset`.
SELECT
    quarantine_id,
    received_at,
    source,
    event,
    path,
    reason,
    content
FROM quarantine
WHERE received_at >= {since:DateTime64(3, 'UTC')} AND received_at < {until:DateTime64(3, 'UTC')}
ORDER BY received_at DESC, quarantine_id
LIMIT {limit:UInt32} OFFSET {offset:UInt32}
