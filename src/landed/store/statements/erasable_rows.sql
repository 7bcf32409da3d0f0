-- How much is there that was asked to be erased? One row per digest and place with any.
--
-- digests       SHA-256 of pseudonyms; moments: what was received or happened before that moment
--               (milliseconds since 1970) goes, of the digest at the same place
-- named         those of them that were named: what mentions these goes too
-- A row counts once: for whose it is, else for whom it mentions.
-- The lists stand in the text: as parameters they would be longer than an address may be.
WITH
    $digests AS digests,
    $before AS moments,
    $named AS named
SELECT digest, 'events' AS place, count() AS rows
FROM
(
    SELECT arrayJoin(arraySlice(arrayFilter(
        one -> toUnixTimestamp64Milli(least(received_at, occurred_at)) < transform(one, digests, moments, toInt64(0)),
        arrayPushFront(
            arrayFilter(
                one -> has(named, one),
                arrayMap(
                    one -> lower(hex(SHA256(unhex(one)))),
                    arrayFilter(one -> length(one) = 32, [toString(properties.user_key), toString(properties.previous_key)])
                )
            ),
            lower(hex(SHA256(UUIDStringToNum(toString(subject_key)))))
        )
    ), 1, 1)) AS digest
    FROM events
)
GROUP BY digest
UNION ALL
SELECT digest, 'quarantine' AS place, count() AS rows
FROM
(
    SELECT arrayJoin(arraySlice(arrayFilter(
        one -> $refused_at < transform(one, digests, moments, toInt64(0)),
        arrayMap(one -> lower(hex(SHA256(unhex(one)))), extractAll(content, '[0-9a-f]{32}'))
    ), 1, 1)) AS digest
    FROM quarantine
)
GROUP BY digest
UNION ALL
SELECT digest, 'set_aside' AS place, count() AS rows
FROM
(
    SELECT arrayJoin(arraySlice(arrayFilter(
        one -> toUnixTimestamp64Milli(least(received_at, occurred_at)) < transform(one, digests, moments, toInt64(0)),
        arrayPushFront(
            arrayFilter(
                one -> has(named, one),
                arrayMap(
                    one -> lower(hex(SHA256(unhex(one)))),
                    arrayFilter(one -> length(one) = 32, [JSONExtractString(properties, 'user_key'), JSONExtractString(properties, 'previous_key')])
                )
            ),
            lower(hex(SHA256(UUIDStringToNum(toString(subject_key)))))
        )
    ), 1, 1)) AS digest
    FROM set_aside
)
GROUP BY digest
