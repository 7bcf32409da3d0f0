-- How were people's recommendations scored, taken and rated in [since, until)? One row of arrays.
--
-- Of people with at least `least_shown` impressions, at most 20,000 of every `one_in`-th by a hash:
-- the mean score of what they were shown, what they did per impression, and their mean rating
-- (NaN: none).
SELECT
    groupArray(score) AS score,
    groupArray(click_rate) AS click_rate,
    groupArray(apply_rate) AS apply_rate,
    groupArray(rating) AS rating
FROM
(
    SELECT
        ifNull(avgIf(properties.score, event = 'recommendation_shown'), 0) AS score,
        countIf(event = 'recommendation_shown') AS shown,
        countIf(event = 'recommendation_clicked') / shown AS click_rate,
        countIf(event = 'recommendation_applied') / shown AS apply_rate,
        ifNull(
            avgIf(
                properties.recommendation_quality, event = 'feedback_given'
            ),
            nan
        ) AS rating
    FROM events
    WHERE event IN ('recommendation_shown', 'recommendation_clicked', 'recommendation_applied', 'feedback_given')
        AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
        AND cityHash64(subject_key) % {one_in:UInt32} = 0
    GROUP BY subject_key
    HAVING shown >= {least_shown:UInt32}
    ORDER BY cityHash64(subject_key)
    LIMIT 20000
)
