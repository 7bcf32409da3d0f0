-- How do people with few earlier recommendations take them in [since, until)? One row per group.
--
-- is_new      1 for people with fewer than `few` impressions in [before, since)
-- *_squares, *_shown   sums over people of the square, and of the product with shown
SELECT
    earlier < {few:UInt32} AS is_new,
    count() AS people,
    sum(seen) AS shown,
    sum(seen * seen) AS shown_squares,
    sum(clicks) AS clicked,
    sum(clicks * clicks) AS clicked_squares,
    sum(clicks * seen) AS clicked_shown,
    sum(presses) AS applied,
    sum(presses * presses) AS applied_squares,
    sum(presses * seen) AS applied_shown
FROM
(
    SELECT
        subject_key,
        countIf(event = 'recommendation_shown' AND occurred_at < {since:DateTime64(3, 'UTC')}) AS earlier,
        countIf(event = 'recommendation_shown' AND occurred_at >= {since:DateTime64(3, 'UTC')}) AS seen,
        countIf(event = 'recommendation_clicked' AND occurred_at >= {since:DateTime64(3, 'UTC')}) AS clicks,
        countIf(event = 'recommendation_applied' AND occurred_at >= {since:DateTime64(3, 'UTC')}) AS presses
    FROM events
    WHERE event IN ('recommendation_shown', 'recommendation_clicked', 'recommendation_applied')
        AND occurred_at >= {before:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    GROUP BY subject_key
    HAVING seen > 0
)
GROUP BY is_new
