-- What do the units of each variant of an experiment add to some metrics? Sums, never a unit.
--
-- Only what follows a unit's first exposure counts, and for covariates only what came before it.
-- Units without a row add nothing to any sum; `experiment_health` says how many there are.
SELECT
    variant,
    [sum(y0), sum(x0), sum(m0), sum(y0 * y0), sum(y0 * x0), sum(y0 * m0), sum(x0 * x0), sum(x0 * m0), sum(m0 * m0), toFloat64(countIf(x0 != 0))] AS s0
FROM
(
-- What do the people of each unit have together?
SELECT
    variant,
    sum(y0) AS y0,
    sum(x0) AS x0,
    any(m0) AS m0
FROM
(
-- What does each person of the experiment have of the metrics?
SELECT
    any(e.variant) AS variant,
    any(e.unit) AS unit,
    toFloat64(countIf(event IN ('application_submitted') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')})) AS y0,
    toFloat64(countIf(event IN ('application_submitted') AND r.at < e.exposed_at AND r.at >= e.exposed_at - toIntervalSecond(1209600))) AS x0,
    toFloat64(any(e.members)[1]) AS m0
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
-- Which people belong to each unit that is no person? A unit that was in two variants has 255,
-- and one that was met in an earlier phase 254.
--
-- members: how many people the unit has, then how many for each window and moment of `experiment_health`.
SELECT
    subject,
    exposed_at,
    multiIf(variant = 254 OR false, 254, variant BETWEEN 1 AND 253 AND lowest != highest, 255, variant) AS variant,
    unit,
    members
FROM
(
    SELECT
        *,
        minIf(variant, variant BETWEEN 1 AND 253) OVER (PARTITION BY unit) AS lowest,
        maxIf(variant, variant BETWEEN 1 AND 253) OVER (PARTITION BY unit) AS highest,
        sumForEach(arrayMap(one -> one * (variant BETWEEN 1 AND 253), [1])) OVER (PARTITION BY unit) AS members
    FROM
    (
-- Which variant did each person meet, and when first? 0: none that counts; 255: two of them;
-- 254: one in an earlier phase of the run, which dealt in other shares.
SELECT
    subject_key AS subject,
    min(occurred_at) AS exposed_at,
    if(min(place) = max(place), min(place), 255) AS variant,
    argMin(unit, occurred_at) AS unit
FROM
(
    SELECT
        subject_key,
        occurred_at,
        if(unit = '', 0, indexOf({variants:Array(String)}, properties.variant)) AS place,
        ifNull(toString(getSubcolumn(properties, 'unit')), '') AS unit
    FROM events
    WHERE event = 'experiment_exposed'
        AND occurred_at >= {exposed_since:DateTime64(3, 'UTC')}
        AND occurred_at < {exposed_until:DateTime64(3, 'UTC')}
        AND properties.experiment_id = {experiment:String}
)
GROUP BY subject
)
)
) AS e ON e.subject = r.subject_key
WHERE e.variant BETWEEN 1 AND 253
    AND r.at >= e.exposed_at - toIntervalSecond(1209600)
GROUP BY e.subject
)
GROUP BY unit, variant
)
GROUP BY variant
ORDER BY variant

-- experiment = 'tips'
-- variants = ['control', 'tips']
-- exposed_since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- exposed_until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
-- since = datetime.datetime(2026, 2, 16, 0, 0, tzinfo=datetime.timezone.utc)
-- until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
-- events = ['application_submitted']
