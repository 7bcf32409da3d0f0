SELECT
    r.tier AS d0,
    ifNull(toString(r.q0), '') AS d1,
    if(r.at >= v0.exposed_at, v0.variant, '') AS d2,
    uniqExactIf((subject_key, properties.application_id), event IN ('application_outcome_recorded') AND properties.outcome_type IN ('interview_scheduled', 'interview_completed')) AS m0,
    sumIf(event = 'recommendation_clicked', event IN ('recommendation_shown', 'recommendation_clicked')) / nullIf(sumIf(event = 'recommendation_shown', event IN ('recommendation_shown', 'recommendation_clicked')), 0) AS m1,
    sumIf(event = 'recommendation_shown', event IN ('recommendation_shown', 'recommendation_clicked')) AS n1,
    avgIf(properties.ats_score, event IN ('resume_tailored', 'screening_analysis_completed')) AS m2,
    countIf((properties.ats_score) IS NOT NULL AND event IN ('resume_tailored', 'screening_analysis_completed')) AS n2,
    ifNull(sumIf(properties.cost_usd, event IN ('llm_call_completed')), 0) AS m3,
    countIf((properties.cost_usd) IS NOT NULL AND event IN ('llm_call_completed')) AS n3,
    quantileTDigestIf(0.95)(properties.duration_ms, event IN ('api_request_completed')) AS m4,
    countIf((properties.duration_ms) IS NOT NULL AND event IN ('api_request_completed')) AS n4
FROM
(
-- Which events happened in [since, until)? One row per event of the kinds asked for; no kinds: all.
SELECT
    occurred_at AS at,
    event,
    subject_key,
    session_id,
    source,
    ifNull(context.device.type, '') AS device,
    ifNull(context.browser.name, '') AS browser,
    ifNull(context.os.name, '') AS os,
    ifNull(context.country, '') AS country,
    ifNull(context.app.version, '') AS app_version,
    properties.tier AS tier,
    properties.industry AS industry,
    properties.region AS region,
    properties.plan AS plan,
    properties.surface AS surface,
    ifNull(toString(properties.position), '') AS position,
    properties.feature AS feature,
    properties.action AS action,
    properties.endpoint AS endpoint,
    ifNull(toString(properties.status), '') AS status,
    properties.model AS model,
    properties.reason AS reason,
    properties.error_type AS error_type,
    properties.severity AS severity,
    properties.outcome_type AS outcome_type,
    properties.application_id AS `properties.application_id`,
    properties.ats_score AS `properties.ats_score`,
    properties.cost_usd AS `properties.cost_usd`,
    properties.duration_ms AS `properties.duration_ms`,
    properties.outcome_type AS `properties.outcome_type`,
    {p3:Identifier} AS q0
FROM events
WHERE occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    AND (empty({events:Array(String)}) OR event IN {events:Array(String)})
)  AS r
LEFT JOIN
(
-- Which variant of an experiment was each person shown first, and when?
SELECT
    subject_key AS subject,
    argMin(properties.variant, occurred_at) AS variant,
    min(occurred_at) AS exposed_at
FROM events
WHERE event = 'experiment_exposed' AND properties.experiment_id = {p4:String}
GROUP BY subject
) AS v0 ON v0.subject = r.subject_key
WHERE toString(r.device) IN {p5:Array(String)}
    AND toString(if(r.at >= v0.exposed_at, v0.variant, '')) != ''
    AND toFloat64OrNull(toString(r.position)) <= {p6:Float64}
    AND r.subject_key IN
(
-- Whose first act was in the 30 days before until? In the words of the projection `visits`.
SELECT subject_key
FROM events
WHERE toStartOfFifteenMinutes(occurred_at) <= {until:DateTime64(3, 'UTC')}
GROUP BY subject_key
HAVING (minIf(occurred_at, event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')) AS first_at) >= {until:DateTime64(3, 'UTC')} - INTERVAL 30 DAY
    AND first_at < {until:DateTime64(3, 'UTC')}
)
GROUP BY d0, d1, d2
ORDER BY count() DESC, d0, d1, d2
LIMIT {p7:UInt32}

-- since = datetime.datetime(2026, 3, 1, 23, 0, tzinfo=datetime.timezone.utc)
-- until = datetime.datetime(2026, 3, 8, 23, 0, tzinfo=datetime.timezone.utc)
-- events = ['api_request_completed', 'application_outcome_recorded', 'llm_call_completed', 'recommendation_clicked', 'recommendation_shown', 'resume_tailored', 'screening_analysis_completed']
-- p3 = 'properties.campaign'
-- p4 = 'ranking_v2'
-- p5 = ['mobile', 'tablet']
-- p6 = 3.0
-- p7 = 50
