-- How often was each algorithm's list clicked at each position in [since, until)? One row each.
--
-- position            1 at the top, 50 and below together; events without one are left out
-- highest_propensity  of its impressions anywhere; below 1, the order was drawn. NULL: never said
-- Only every `stride`-th span of `span_seconds` is read: all of it when stride is 1.
SELECT
    properties.algorithm AS algorithm,
    least(assumeNotNull(properties.position), 50) AS position,
    countIf(event = 'recommendation_shown') AS shown,
    countIf(event = 'recommendation_clicked') AS clicked,
    maxIf(
        ifNull(properties.propensity, 1), event = 'recommendation_shown'
    ) AS highest_propensity
FROM events
WHERE event IN ('recommendation_shown', 'recommendation_clicked')
    AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    AND intDiv(toUnixTimestamp(occurred_at), {span_seconds:UInt32}) % {stride:UInt32} = 0
    AND properties.position >= 1
GROUP BY algorithm, position
