-- Who is known here? Of each pseudonym the first 64 bits of its SHA-256, sorted, each once.
--
-- In the log and set aside: whose an event is, and whom it mentions. In the quarantine: all that looks
-- like a pseudonym. In the requests: who asked to be forgotten, so that what comes late of them is found.
SELECT DISTINCT reinterpretAsUInt64(reverse(substring(digest, 1, 8))) AS person
FROM
(
    SELECT toString(SHA256(UUIDStringToNum(toString(subject_key)))) AS digest
    FROM (SELECT DISTINCT subject_key FROM events UNION ALL SELECT DISTINCT subject_key FROM set_aside)
    UNION ALL
    SELECT toString(SHA256(unhex(mentioned))) AS digest
    FROM
    (
        SELECT DISTINCT arrayJoin([
            toString(properties.user_key), toString(properties.anonymous_key),
            toString(properties.previous_key), toString(properties.group_key)
        ]) AS mentioned
        FROM events
        UNION ALL
        SELECT DISTINCT arrayJoin([
            JSONExtractString(properties, 'user_key'), JSONExtractString(properties, 'anonymous_key'),
            JSONExtractString(properties, 'previous_key'), JSONExtractString(properties, 'group_key')
        ]) AS mentioned
        FROM set_aside
        UNION ALL
        SELECT DISTINCT arrayJoin(extractAll(content, '[0-9a-f]{32}')) AS mentioned
        FROM quarantine
    )
    WHERE match(mentioned, '^[0-9a-f]{32}$')
    UNION ALL
    SELECT DISTINCT unhex(arrayJoin(subjects)) AS digest
    FROM privacy_requests
    WHERE match(arrayJoin(subjects), '^[0-9a-f]{64}$')
)
ORDER BY person
