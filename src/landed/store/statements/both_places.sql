-- Which events of people are both in the log and set aside? One row for each.
SELECT DISTINCT toString(message_id) AS message_id
FROM set_aside
WHERE has($digests, lower(hex(SHA256(UUIDStringToNum(toString(subject_key))))))
    AND message_id GLOBAL IN
    (
        SELECT message_id FROM events
        WHERE has($digests, lower(hex(SHA256(UUIDStringToNum(toString(subject_key))))))
    )
