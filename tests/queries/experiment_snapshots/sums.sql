-- What do the units of each variant of an experiment add to some metrics? Sums, never a unit.
--
-- Only what follows a unit's first exposure counts, and for covariates only what came before it.
-- Units without a row add nothing to any sum; `experiment_health` says how many there are.
SELECT
    variant,
    [sum(y0), sum(x0), sum(y0 * y0), sum(y0 * x0), sum(x0 * x0), toFloat64(countIf(x0 != 0))] AS s0,
    [sum(y1), sum(z1), sum(x1), sum(w1), sum(y1 * y1), sum(y1 * z1), sum(y1 * x1), sum(y1 * w1), sum(z1 * z1), sum(z1 * x1), sum(z1 * w1), sum(x1 * x1), sum(x1 * w1), sum(w1 * w1), toFloat64(countIf(x1 != 0 OR w1 != 0)), toFloat64(countIf(z1 != 0))] AS s1
FROM
(
-- What does each person of the experiment have of the metrics?
SELECT
    any(e.variant) AS variant,
    toFloat64(uniqExactIf((subject_key, properties.application_id), event IN ('application_outcome_recorded') AND properties.outcome_type IN ('interview_scheduled', 'interview_completed') AND r.at >= e.exposed_at AND r.at < e.exposed_at + toIntervalSecond(1814400) AND e.exposed_at <= {as_of:DateTime64(3, 'UTC')} - toIntervalSecond(1814400))) AS y0,
    toFloat64(uniqExactIf((subject_key, properties.application_id), event IN ('application_outcome_recorded') AND properties.outcome_type IN ('interview_scheduled', 'interview_completed') AND r.at < e.exposed_at AND r.at >= e.exposed_at - toIntervalSecond(1209600) AND e.exposed_at <= {as_of:DateTime64(3, 'UTC')} - toIntervalSecond(1814400))) AS x0,
    toFloat64(countIf(event IN ('recommendation_clicked') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')})) AS y1,
    toFloat64(countIf(event IN ('recommendation_shown') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')})) AS z1,
    toFloat64(countIf(event IN ('recommendation_clicked') AND r.at < e.exposed_at AND r.at >= e.exposed_at - toIntervalSecond(1209600))) AS x1,
    toFloat64(countIf(event IN ('recommendation_shown') AND r.at < e.exposed_at AND r.at >= e.exposed_at - toIntervalSecond(1209600))) AS w1
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
    properties.outcome_type AS `properties.outcome_type`
FROM events
WHERE event NOT IN ('experiment_assigned', 'experiment_exposed') AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    AND (empty({events:Array(String)}) OR event IN {events:Array(String)})
) AS r
INNER JOIN
(
-- Which variant did each person meet, and when first? 0: none that counts; 255: two of them;
-- 254: one in an earlier phase of the run, which dealt in other shares.
SELECT
    subject_key AS subject,
    min(occurred_at) AS exposed_at,
    if(min(place) = max(place), min(place), 255) AS variant
FROM
(
    SELECT
        subject_key,
        occurred_at,
        indexOf({variants:Array(String)}, properties.variant) AS place
    FROM events
    WHERE event = 'experiment_exposed'
        AND occurred_at >= {exposed_since:DateTime64(3, 'UTC')}
        AND occurred_at < {exposed_until:DateTime64(3, 'UTC')}
        AND properties.experiment_id = {experiment:String}
)
GROUP BY subject
) AS e ON e.subject = r.subject_key
WHERE e.variant BETWEEN 1 AND 253
    AND r.at >= e.exposed_at - toIntervalSecond(1209600)
GROUP BY e.subject
)
GROUP BY variant
ORDER BY variant

-- experiment = 'tips'
-- variants = ['control', 'tips']
-- exposed_since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- exposed_until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
-- as_of = datetime.datetime(2026, 3, 30, 0, 0, tzinfo=datetime.timezone.utc)
-- since = datetime.datetime(2026, 2, 16, 0, 0, tzinfo=datetime.timezone.utc)
-- until = datetime.datetime(2026, 3, 30, 0, 0, tzinfo=datetime.timezone.utc)
-- events = ['application_outcome_recorded', 'recommendation_clicked', 'recommendation_shown']
