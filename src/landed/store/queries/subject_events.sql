-- What is kept about a person? The first event first; also what is set aside.
--
-- subjects      the person's pseudonyms
SELECT * EXCEPT message_id
FROM
(
    SELECT
        toString(subject_key) AS person,
        toString(event) AS event,
        occurred_at,
        received_at,
        toString(source) AS source,
        toString(session_id) AS session_id,
        toJSONString(context) AS context,
        toJSONString(properties) AS properties,
        message_id
    FROM events
    PREWHERE subject_key IN {subjects:Array(UUID)}
    UNION ALL
    SELECT
        toString(subject_key) AS person,
        toString(event) AS event,
        occurred_at,
        received_at,
        toString(source) AS source,
        toString(session_id) AS session_id,
        context,
        properties,
        message_id
    FROM set_aside
    PREWHERE subject_key IN {subjects:Array(UUID)}
)
ORDER BY occurred_at, event, message_id
-- While rows move from one place to the other they are in both.
LIMIT 1 BY person, message_id
