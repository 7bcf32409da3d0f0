-- Which features were used in [since, until)? One row per feature, those with the most people first.
SELECT
    properties.feature AS feature,
    count() AS uses,
    uniqExact(subject_key) AS people
FROM events
WHERE event = 'feature_used'
    AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    AND properties.feature != ''
GROUP BY feature
ORDER BY people DESC, feature
LIMIT {limit:UInt32}
