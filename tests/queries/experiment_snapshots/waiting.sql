-- What do the units of each variant of an experiment add to some metrics? Sums, never a unit.
--
-- Only what follows a unit's first exposure counts, and for covariates only what came before it.
-- Units without a row add nothing to any sum; `experiment_health` says how many there are.
SELECT
    variant,
    sumMapIf([first], [toUInt64(1)], n > 0) AS reached,
    sumMapIf([followed], [toUInt64(1)], n > 0) AS left
FROM
(
-- What does each person of the experiment have of the metrics?
SELECT
    any(e.variant) AS variant,
    countIf(event IN ('career_advanced') AND toString(properties.advancement_type) = 'promotion' AND r.at >= e.exposed_at AND r.at < e.exposed_at + toIntervalSecond(1814400)) AS n,
    toUInt32(intDiv(minIf(dateDiff('second', e.exposed_at, r.at), event IN ('career_advanced') AND toString(properties.advancement_type) = 'promotion' AND r.at >= e.exposed_at AND r.at < e.exposed_at + toIntervalSecond(1814400)), 3600)) AS first,
    any(toUInt32(intDiv(least(dateDiff('second', e.exposed_at, {as_of:DateTime64(3, 'UTC')}), 1814400), 3600))) AS followed
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
    properties.advancement_type AS `properties.advancement_type`
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
    AND r.at >= e.exposed_at
GROUP BY e.subject
)
GROUP BY variant
ORDER BY variant

-- experiment = 'tips'
-- variants = ['control', 'tips']
-- exposed_since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- exposed_until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
-- as_of = datetime.datetime(2026, 3, 30, 0, 0, tzinfo=datetime.timezone.utc)
-- since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- until = datetime.datetime(2026, 3, 30, 0, 0, tzinfo=datetime.timezone.utc)
-- events = ['career_advanced']
