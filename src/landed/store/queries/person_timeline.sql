-- What did one person do in [since, until)? The latest events, the last one first.
--
-- properties    as JSON; planned ones that the event does not have are null or empty
SELECT
    event,
    occurred_at,
    received_at,
    toString(source) AS source,
    toJSONString(properties) AS properties
FROM events
WHERE subject_key = {subject:UUID}
    AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
ORDER BY occurred_at DESC, event, message_id
LIMIT {limit:UInt32}
