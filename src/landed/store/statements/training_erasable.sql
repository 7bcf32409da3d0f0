-- How many rows of the training zone are of people who asked to be forgotten? One row per digest with any.
--
-- digests   SHA-256 of pseudonyms; days: what happened until that day (days since 1970) goes, of the
--           digest at the same place
-- A user's row goes with the last of the user's events.
WITH
    $digests AS digests,
    $days AS days,
    (key) -> lower(hex(SHA256(UUIDStringToNum(toString(key))))) AS digest_of,
    (key, day) -> toInt32(day) <= transform(digest_of(key), digests, days, toInt32(-1)) AS goes
SELECT digest_of(user_key) AS digest, count() AS found
FROM
(
    SELECT user_key FROM resume_events WHERE goes(user_key, occurred_on)
    UNION ALL
    SELECT user_key FROM interactions WHERE goes(user_key, occurred_on)
    UNION ALL
    SELECT user_key
    FROM users
    WHERE has(digests, digest_of(user_key))
        AND user_key NOT IN (SELECT user_key FROM resume_events WHERE NOT goes(user_key, occurred_on))
        AND user_key NOT IN (SELECT user_key FROM interactions WHERE NOT goes(user_key, occurred_on))
)
GROUP BY digest
