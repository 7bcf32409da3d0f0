-- What became of the recommendations of [since, until), by group, score and position? One row per cell.
--
-- name        value of the property or of the context that `by` names; empty: the event has none
-- position    1 at the top, 50 and below together; 0: the event has none
-- score_bin   half points of score, 0 to 20; -1: the event has none
-- score_sum   of the impressions
-- `if` in `if`, since only then the columns of the other names are not read.
-- Each event counts where it says that it belongs, so impressions and clicks need no join.
SELECT
    if({by:String} = 'tier', properties.tier,
    if({by:String} = 'surface', properties.surface,
    if({by:String} = 'industry', properties.industry,
    if({by:String} = 'region', properties.region,
    if({by:String} = 'algorithm', properties.algorithm,
    if({by:String} = 'device', ifNull(context.device.type, ''),
    if({by:String} = 'country', ifNull(context.country, ''),
    ''))))))) AS name,
    least(ifNull(properties.position, 0), 50) AS position,
    toInt32(floor(ifNull(properties.score, -0.5) * 2)) AS score_bin,
    countIf(event = 'recommendation_shown') AS shown,
    countIf(event = 'recommendation_viewed') AS viewed,
    countIf(event = 'recommendation_clicked') AS clicked,
    countIf(event = 'recommendation_saved') AS saved,
    countIf(event = 'recommendation_dismissed') AS dismissed,
    countIf(event = 'recommendation_applied') AS applied,
    ifNull(sumIf(properties.score, event = 'recommendation_shown'), 0) AS score_sum
FROM events
WHERE event IN (
        'recommendation_shown', 'recommendation_viewed', 'recommendation_clicked',
        'recommendation_saved', 'recommendation_dismissed', 'recommendation_applied'
    )
    AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
GROUP BY name, position, score_bin
