-- How much is there that was asked to be erased? One row per digest and place with any.
--
-- digests       SHA-256 of pseudonyms; before: what was received or happened before that moment
--               (milliseconds since 1970) goes, of the digest at the same place
-- named         those of them that were named: what mentions these goes too
SELECT digest, 'events' AS place, count() AS rows
FROM
(
    SELECT
        toUnixTimestamp64Milli(least(received_at, occurred_at)) AS moment,
        lower(hex(SHA256(UUIDStringToNum(toString(subject_key))))) AS own,
        arrayFilter(
            one -> has({named:Array(String)}, one),
            arrayMap(
                one -> lower(hex(SHA256(unhex(one)))),
                arrayFilter(one -> length(one) = 32, [
                    toString(properties.user_key), toString(properties.anonymous_key),
                    toString(properties.previous_key), toString(properties.group_key)
                ])
            )
        ) AS mentioned,
        arrayJoin(if(has({digests:Array(String)}, own), [own], arrayDistinct(mentioned))) AS digest
    FROM events
)
WHERE moment < transform(digest, {digests:Array(String)}, {before:Array(Int64)}, toInt64(0))
GROUP BY digest
UNION ALL
SELECT digest, 'quarantine' AS place, count() AS rows
FROM
(
    SELECT
        toUnixTimestamp64Milli(received_at) AS moment,
        arrayJoin(arrayDistinct(arrayMap(one -> lower(hex(SHA256(unhex(one)))), extractAll(content, '[0-9a-f]{32}')))) AS digest
    FROM quarantine
)
WHERE moment < transform(digest, {digests:Array(String)}, {before:Array(Int64)}, toInt64(0))
GROUP BY digest
