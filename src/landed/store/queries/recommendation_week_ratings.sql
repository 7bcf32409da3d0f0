-- How were recommendations rated in each week of [since, until)? One row per week with a rating.
--
-- week     its Monday in the zone
-- ratings, rating_sum, rating_squares   how many, their sum, the sum of their squares
SELECT
    toStartOfWeek(occurred_at, 1, {zone:String}) AS week,
    count() AS ratings,
    sum(rating) AS rating_sum,
    sum(rating * rating) AS rating_squares
FROM
(
    SELECT
        occurred_at,
        properties.recommendation_quality AS rating
    FROM events
    WHERE event = 'feedback_given'
        AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
)
WHERE rating IS NOT NULL
GROUP BY week
ORDER BY week
