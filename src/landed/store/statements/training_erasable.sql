-- What has the training zone of people whose rows are to go? One row per digest with any.
--
-- digests   SHA-256 of pseudonyms; days: what happened until that day (days since 1970) goes, of the
--           digest at the same place
-- A user's row goes with the last of the user's events. What is set aside goes too.
WITH
    $digests AS digests,
    $days AS days,
    (key) -> lower(hex(SHA256(UUIDStringToNum(toString(key))))) AS digest_of,
    (key, day) -> toInt32(day) <= transform(digest_of(key), digests, days, toInt32(-1)) AS goes,
    acts AS
    (
        SELECT user_key, occurred_on FROM resume_events
        UNION ALL
        SELECT user_key, occurred_on FROM interactions
        UNION ALL
        SELECT user_key, occurred_on FROM resume_events_aside
        UNION ALL
        SELECT user_key, occurred_on FROM interactions_aside
    )
SELECT digest_of(user_key) AS digest, count() AS found, min(day) AS first_on
FROM
(
    SELECT user_key, toNullable(occurred_on) AS day FROM acts WHERE goes(user_key, occurred_on)
    UNION ALL
    SELECT user_key, NULL AS day
    FROM (SELECT user_key FROM users UNION ALL SELECT user_key FROM users_aside)
    WHERE has(digests, digest_of(user_key))
        AND user_key NOT IN (SELECT user_key FROM acts WHERE NOT goes(user_key, occurred_on))
)
GROUP BY digest
