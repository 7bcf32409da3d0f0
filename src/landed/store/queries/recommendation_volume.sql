-- How many recommendations were shown in [since, until)? One row.
SELECT count() AS shown
FROM events
WHERE event = 'recommendation_shown'
    AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
