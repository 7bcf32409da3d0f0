-- Which events happened in [since, until) and were known at `as_of`? A row each, without raw ids.
--
-- properties    without the planned ones that the event does not have
-- No order: sorting would take memory that grows with the range.
SELECT
    toString(event) AS event,
    message_id,
    subject_key,
    session_id,
    occurred_at,
    received_at,
    toString(source) AS source,
    toJSONString(context) AS context,
    concat(
        '{',
        arrayStringConcat(
            arrayMap(
                pair -> concat(toJSONString(pair.1), ':', pair.2),
                arrayFilter(
                    pair -> pair.2 NOT IN ('null', '""'),
                    JSONExtractKeysAndValuesRaw(toJSONString(properties))
                )
            ),
            ','
        ),
        '}'
    ) AS properties
FROM events
WHERE occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    AND received_at <= {as_of:DateTime64(3, 'UTC')}
    AND (empty({events:Array(String)}) OR event IN {events:Array(String)})
