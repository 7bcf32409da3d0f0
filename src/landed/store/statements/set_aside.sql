-- Copy the events of people to where no question is asked; what is there already is left out.
-- Not deduplicated by blocks: the same events may come a second time, after they were put back.
INSERT INTO set_aside
SELECT
    event,
    message_id,
    subject_key,
    session_id,
    occurred_at,
    received_at,
    source,
    toJSONString(context),
    toJSONString(properties)
FROM events
WHERE has($digests, lower(hex(SHA256(UUIDStringToNum(toString(subject_key))))))
    AND message_id GLOBAL NOT IN
    (
        SELECT message_id FROM set_aside
        WHERE has($digests, lower(hex(SHA256(UUIDStringToNum(toString(subject_key))))))
    )
SETTINGS insert_deduplicate = 0
