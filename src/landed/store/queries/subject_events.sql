-- Everything that is kept about a person, the first event first.
--
-- subjects      the person's pseudonyms
-- named         the one that was named, as 32 hexadecimal digits: what mentions it is the person's too
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
    OR {named:String} IN (
        toString(properties.user_key), toString(properties.anonymous_key),
        toString(properties.previous_key), toString(properties.group_key)
    )
ORDER BY occurred_at, event, message_id
