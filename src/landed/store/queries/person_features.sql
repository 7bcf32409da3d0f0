-- Which features did one person use in [since, until)? One row per feature, the most used first.
SELECT
    properties.feature AS feature,
    count() AS uses,
    max(occurred_at) AS last_used_at
FROM events
WHERE event = 'feature_used'
    AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    AND subject_key = {subject:UUID}
    AND properties.feature != ''
GROUP BY feature
ORDER BY uses DESC, feature
LIMIT 100
