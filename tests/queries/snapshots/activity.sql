SELECT
    if(r.at >= v0.exposed_at, v0.variant, '') AS d0,
    uniqCombined64(subject_key) AS m0
FROM
(
-- Who was active in [since, until)? One row per act: what programs report of themselves is none.
SELECT
    occurred_at AS at,
    subject_key,
    ifNull(context.device.type, '') AS device,
    ifNull(context.browser.name, '') AS browser,
    ifNull(context.os.name, '') AS os,
    ifNull(context.country, '') AS country,
    ifNull(context.app.version, '') AS app_version
FROM events
WHERE occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    AND event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')
)  AS r
LEFT JOIN
(
-- Which variant of an experiment was each person shown first, and when?
SELECT
    subject_key AS subject,
    argMin(properties.variant, occurred_at) AS variant,
    min(occurred_at) AS exposed_at
FROM events
WHERE event = 'experiment_exposed' AND properties.experiment_id = {p2:String}
GROUP BY subject
) AS v0 ON v0.subject = r.subject_key
WHERE r.subject_key IN
(
-- Who had at least ten sessions or screening analyses in the 30 days before until?
SELECT subject_key
FROM events
WHERE event IN ('session_started', 'screening_analysis_completed')
    AND occurred_at >= {until:DateTime64(3, 'UTC')} - INTERVAL 30 DAY
    AND occurred_at < {until:DateTime64(3, 'UTC')}
GROUP BY subject_key
HAVING count() >= 10
)
GROUP BY d0
ORDER BY count() DESC, d0
LIMIT {p3:UInt32}

-- since = datetime.datetime(2026, 3, 1, 23, 0, tzinfo=datetime.timezone.utc)
-- until = datetime.datetime(2026, 3, 8, 23, 0, tzinfo=datetime.timezone.utc)
-- p2 = 'ranking_v2'
-- p3 = 1000
