-- In how many events of [since, until) does each mark of the scrubber stand? Of one in `every` events.
-- To write the properties as text is what costs, some 10 µs an event, so that few are looked at.
--
-- marks       regular expression of the marks, with the kind in brackets
--
-- field       under which property; empty: under any
-- kind        which mark; empty: all events that were looked at, `*`: those with any mark
SELECT event, found.1 AS field, found.2 AS kind, count() AS events
FROM
(
    SELECT
        toString(event) AS event,
        arrayJoin(
            arrayDistinct(
                arrayConcat(
                    [('', '')],
                    if(
                        empty(extractAll(text, {marks:String})),
                        CAST([], 'Array(Tuple(String, String))'),
                        arrayConcat(
                            arrayMap(kind -> ('', kind), arrayConcat(['*'], extractAll(text, {marks:String}))),
                            arrayFlatten(
                                arrayMap(
                                    pair -> arrayMap(kind -> (pair.1, kind), extractAll(pair.2, {marks:String})),
                                    JSONExtractKeysAndValuesRaw(text)
                                )
                            )
                        )
                    )
                )
            )
        ) AS found
    FROM
    (
        SELECT event, toJSONString(properties) AS text
        FROM events
        PREWHERE occurred_at >= {since:DateTime64(3, 'UTC')}
            AND occurred_at < {until:DateTime64(3, 'UTC')}
            AND cityHash64(message_id) % {every:UInt32} = 0
    )
)
GROUP BY event, field, kind
ORDER BY events DESC, event, field, kind
LIMIT 5000
