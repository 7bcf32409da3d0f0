-- What is kept about a person? The first event first.
--
-- subjects      the person's pseudonyms
SELECT
    event,
    occurred_at,
    received_at,
    toString(source) AS source,
    toString(session_id) AS session_id,
    toJSONString(context) AS context,
    toJSONString(properties) AS properties
FROM events
PREWHERE subject_key IN {subjects:Array(UUID)}
ORDER BY occurred_at, event, message_id
