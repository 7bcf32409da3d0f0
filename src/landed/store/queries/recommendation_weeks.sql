-- What became of the recommendations of each week of [since, until)? One row per week and position.
--
-- week        its Monday in the zone
-- position    1 at the top, 50 and below together; 0: the event has none
-- scored, score_sum   impressions with a score, and the sum of their scores
SELECT
    toStartOfWeek(occurred_at, 1, {zone:String}) AS week,
    least(ifNull(properties.position, 0), 50) AS position,
    countIf(event = 'recommendation_shown') AS shown,
    countIf(event = 'recommendation_clicked') AS clicked,
    countIf(event = 'recommendation_applied') AS applied,
    countIf(event = 'recommendation_shown' AND properties.score IS NOT NULL) AS scored,
    ifNull(sumIf(properties.score, event = 'recommendation_shown'), 0) AS score_sum
FROM events
WHERE event IN ('recommendation_shown', 'recommendation_clicked', 'recommendation_applied')
    AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
GROUP BY week, position
ORDER BY week, position
