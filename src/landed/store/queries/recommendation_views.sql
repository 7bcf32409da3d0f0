-- How long were recommendations looked at in [since, until)? One row per group, and one for all.
--
-- is_total          1 in the row for all
-- median_seconds    estimated within about 1 % of the rank; NULL: no view says how long it was
SELECT
    grouping(name) AS is_total,
    name,
    countIf(seconds IS NOT NULL) AS timed,
    quantileTDigest(0.5)(seconds) AS median_seconds
FROM
(
    SELECT
        properties.time_spent_seconds AS seconds,
        if({by:String} = 'tier', properties.tier,
        if({by:String} = 'surface', properties.surface,
        if({by:String} = 'industry', properties.industry,
        if({by:String} = 'region', properties.region,
        if({by:String} = 'algorithm', properties.algorithm,
        if({by:String} = 'device', ifNull(context.device.type, ''),
        if({by:String} = 'country', ifNull(context.country, ''),
        ''))))))) AS name
    FROM events
    WHERE event = 'recommendation_viewed'
        AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
)
GROUP BY GROUPING SETS ((name), ())
