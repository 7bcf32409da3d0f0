-- What a team writes that keeps its events in the same store and compares with another library:
-- one row per exposed person, the columns of ten metrics after the exposure and before it.
WITH r.occurred_at >= u.exposed_at AS after
SELECT
    any(u.variant) AS variant,
    countIf(after AND event = 'recommendation_shown') AS shown,
    countIf(after AND event = 'recommendation_clicked') AS clicked,
    countIf(after AND event = 'recommendation_applied') AS applied,
    countIf(after AND event = 'application_submitted') AS applications,
    countIf(after AND event = 'feature_used') AS feature_uses,
    countIf(after AND event = 'feature_used') > 0 AS feature_user,
    countIf(after AND event = 'subscription_started') > 0 AS subscriber,
    sumIf(points, after AND event = 'recommendation_shown') AS score,
    countIf(after AND event = 'application_submitted' AND occurred_at <= $as_of - INTERVAL 21 DAY) AS matured,
    matured > 0 AND minIf(occurred_at, event = 'application_outcome_recorded') <= minIf(occurred_at, event = 'application_submitted') + INTERVAL 21 DAY
        AND countIf(event = 'application_outcome_recorded') > 0 AS interviewed,
    countIf(NOT after AND event = 'recommendation_shown') AS shown_before,
    countIf(NOT after AND event = 'recommendation_clicked') AS clicked_before,
    countIf(NOT after AND event = 'feature_used') AS feature_uses_before,
    countIf(NOT after AND event = 'feature_used') > 0 AS feature_user_before,
    sumIf(points, NOT after AND event = 'recommendation_shown') AS score_before
FROM
(
    SELECT
        subject_key,
        event,
        occurred_at,
        properties.score AS points
    FROM events
    WHERE event IN ('recommendation_shown', 'recommendation_clicked', 'recommendation_applied', 'application_submitted',
            'application_outcome_recorded', 'feature_used', 'subscription_started', 'experiment_exposed')
        AND occurred_at >= $since - INTERVAL 14 DAY
        AND occurred_at < $as_of
) AS r
INNER JOIN
(
    SELECT
        subject_key,
        any(properties.variant) AS variant,
        min(occurred_at) AS exposed_at
    FROM events
    WHERE event = 'experiment_exposed' AND properties.experiment_id = '$experiment'
    GROUP BY subject_key
    HAVING uniqExact(properties.variant) = 1
) AS u ON u.subject_key = r.subject_key
GROUP BY r.subject_key
