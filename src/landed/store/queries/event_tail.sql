-- Which events came last? Of one kind, or of all where `event` is empty.
--
-- since         when they were received at the earliest
-- properties    as JSON; planned ones that the event does not have are null or empty
SELECT
    event,
    occurred_at,
    received_at,
    toString(source) AS source,
    toJSONString(properties) AS properties
FROM events
WHERE received_at >= {since:DateTime64(3, 'UTC')}
    AND ({event:String} = '' OR event = {event:String})
ORDER BY received_at DESC, event, message_id
LIMIT {limit:UInt32}
