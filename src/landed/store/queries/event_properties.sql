-- Which properties do the latest events of a kind in [since, until) have?
--
-- events        that have the property, of those that were read
-- read_events   how many were read: the latest `limit`
-- values        different ones, estimated
-- frequent      the most frequent values as JSON, estimated
SELECT
    pair.1 AS property,
    count() AS events,
    any(read_rows) AS read_events,
    uniq(pair.2) AS values,
    topK(5)(pair.2) AS frequent
FROM
(
    SELECT
        count() OVER () AS read_rows,
        arrayJoin(
            arrayFilter(
                pair -> pair.2 NOT IN ('null', '""'),
                JSONExtractKeysAndValuesRaw(toJSONString(properties))
            )
        ) AS pair
    FROM
    (
        SELECT properties
        FROM events
        WHERE event = {event:String}
            AND occurred_at >= {since:DateTime64(3, 'UTC')}
            AND occurred_at < {until:DateTime64(3, 'UTC')}
        ORDER BY occurred_at DESC
        LIMIT {limit:UInt32}
    )
)
GROUP BY property
ORDER BY events DESC, property
LIMIT 100
