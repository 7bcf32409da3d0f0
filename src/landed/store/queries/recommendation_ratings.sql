-- How were recommendations rated in [since, until)? One row per group, and one for all.
--
-- is_total              1 in the row for all, which has every rating, also those of no group
-- quality, satisfaction sums of the ratings, 1 to 5; *_n how many, *_squares the sum of squares
-- A rating belongs to the group of the recommendation that it names, which must have been
-- clicked or looked at in the period.
SELECT
    grouping(name) AS is_total,
    name,
    count(quality_rating) AS quality_n,
    ifNull(sum(quality_rating), 0) AS quality,
    ifNull(sum(quality_rating * quality_rating), 0) AS quality_squares,
    count(satisfaction_rating) AS satisfaction_n,
    ifNull(sum(satisfaction_rating), 0) AS satisfaction,
    ifNull(sum(satisfaction_rating * satisfaction_rating), 0) AS satisfaction_squares
FROM
(
    SELECT
        properties.recommendation_quality AS quality_rating,
        toFloat64(properties.overall_satisfaction) AS satisfaction_rating,
        subject_key AS person,
        properties.recommendation_id AS recommendation
    FROM events
    WHERE event = 'feedback_given'
        AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
) AS feedback
LEFT ANY JOIN
(
    SELECT
        subject_key AS person,
        properties.recommendation_id AS recommendation,
        if({by:String} = 'tier', properties.tier,
        if({by:String} = 'surface', properties.surface,
        if({by:String} = 'industry', properties.industry,
        if({by:String} = 'region', properties.region,
        if({by:String} = 'algorithm', properties.algorithm,
        if({by:String} = 'device', ifNull(context.device.type, ''),
        if({by:String} = 'country', ifNull(context.country, ''),
        ''))))))) AS name
    FROM events
    WHERE event IN ('recommendation_clicked', 'recommendation_viewed')
        AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
        AND properties.recommendation_id != ''
        AND properties.recommendation_id IN (
            SELECT properties.recommendation_id
            FROM events
            WHERE event = 'feedback_given'
                AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
        )
) AS opened USING (person, recommendation)
GROUP BY GROUPING SETS ((name), ())
