-- What do the units of each variant of an experiment add to some metrics? Sums, never a unit.
--
-- Only what follows a unit's first exposure counts, and for covariates only what came before it.
-- Units without a row add nothing to any sum; `experiment_health` says how many there are.
SELECT
    cell,
    [sum(y0), sum(y0 * y0)] AS s0
FROM
(
-- What does each person of the experiment have of the metrics?
SELECT
    any(e.cell) AS cell,
    toFloat64(countIf(event IN ('application_submitted') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')})) AS y0
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
    properties.outcome_type AS outcome_type
FROM events
WHERE event NOT IN ('experiment_assigned', 'experiment_exposed') AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    AND (empty({events:Array(String)}) OR event IN {events:Array(String)})
) AS r
INNER JOIN
(
-- When did each unit act for the first time? In the words of the projection `visits`.
-- To meet a variant is an act, so that everybody has one.
SELECT
    u.subject AS subject,
    u.exposed_at AS exposed_at,
    u.variant AS variant,
    toUInt16(u.cell + 1 * indexOf({p10:Array(String)}, if(f.first_at <= u.exposed_at - toIntervalDay(30), 'returning', 'new'))) AS cell
FROM
(
    SELECT
        subject_key,
        minIf(occurred_at, event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')) AS first_at
    FROM events
    WHERE toStartOfFifteenMinutes(occurred_at) <= {exposed_until:DateTime64(3, 'UTC')}
    GROUP BY subject_key
) AS f
INNER JOIN
(
-- Which variant did each person meet, and when first? 0: none that counts; 255: two of them;
-- 254: one in an earlier phase of the run, which dealt in other shares.
SELECT
    subject_key AS subject,
    min(occurred_at) AS exposed_at,
    if(min(place) = max(place), min(place), 255) AS variant,
    toUInt16(6 * variant + argMin(cell, occurred_at)) AS cell
FROM
(
    SELECT
        subject_key,
        occurred_at,
        indexOf({variants:Array(String)}, properties.variant) AS place,
        toUInt16(3 * indexOf({p9:Array(String)}, ifNull(context.device.type, ''))) AS cell
    FROM events
    WHERE event = 'experiment_exposed'
        AND occurred_at >= {exposed_since:DateTime64(3, 'UTC')}
        AND occurred_at < {exposed_until:DateTime64(3, 'UTC')}
        AND properties.experiment_id = {experiment:String}
)
GROUP BY subject
) AS u ON u.subject = f.subject_key
) AS e ON e.subject = r.subject_key
WHERE e.variant BETWEEN 1 AND 253
    AND r.at >= e.exposed_at
GROUP BY e.subject
)
GROUP BY cell
ORDER BY cell

-- experiment = 'tips'
-- variants = ['control', 'tips']
-- exposed_since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- exposed_until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
-- since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
-- events = ['application_submitted']
-- p9 = ['mobile']
-- p10 = ['new', 'returning']
