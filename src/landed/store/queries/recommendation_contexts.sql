-- How often were jobs of one kind shown and clicked at each position in [since, until)? One row each.
--
-- context     tier, score in half points, and mean score of the visit's jobs in half points: a job
--             stands high because the others are worse, so its place tells of the whole list
-- position    1 at the top, 50 and below together; events without one are left out
-- Only every `stride`-th span of `span_seconds` is read: all of it when stride is 1.
--
-- A visit's events are one array of context * 128 + position * 2 + (1 for a click).
SELECT
    cityHash64(bitShiftRight(packed, 7), visit_bin) AS context,
    bitAnd(bitShiftRight(packed, 1), 63) AS position,
    countIf(bitAnd(packed, 1) = 0) AS shown,
    countIf(bitAnd(packed, 1) = 1) AS clicked
FROM
(
    SELECT
        toInt32(floor(ifNull(avgIf(properties.score, event = 'recommendation_shown'), -0.5) * 2)) AS visit_bin,
        groupArray(
            bitShiftLeft(
                toUInt64(bitAnd(cityHash64(properties.tier, floor(ifNull(properties.score, -0.5) * 2)), 4294967295)),
                7
            )
            + least(assumeNotNull(properties.position), 50) * 2
            + (event = 'recommendation_clicked')
        ) AS events
    FROM events
    WHERE event IN ('recommendation_shown', 'recommendation_clicked')
        AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
        AND intDiv(toUnixTimestamp(occurred_at), {span_seconds:UInt32}) % {stride:UInt32} = 0
        AND properties.position >= 1
    GROUP BY subject_key, session_id
)
ARRAY JOIN events AS packed
GROUP BY context, position
