-- Copy what was set aside into the log again; what is there already is left out.
-- Not deduplicated by blocks: the log may have had the same block before it was set aside.
INSERT INTO events
SELECT
    event,
    message_id,
    subject_key,
    session_id,
    occurred_at,
    received_at,
    source,
    context,
    properties
FROM set_aside
WHERE has($digests, lower(hex(SHA256(UUIDStringToNum(toString(subject_key))))))
    AND message_id GLOBAL NOT IN
    (
        SELECT message_id FROM events
        WHERE has($digests, lower(hex(SHA256(UUIDStringToNum(toString(subject_key))))))
    )
SETTINGS insert_deduplicate = 0
