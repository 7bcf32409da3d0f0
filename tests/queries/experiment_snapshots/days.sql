-- How do the sums of each variant grow from day to day, and what does each day since exposure add?
--
-- looks: day → what the sums, the sums of products, and the units with a row, gain on it: a unit's square grows from
-- that of its sum until the day before to that of its sum with the day. So one pass over the rows
-- gives the sums as they stood at the end of every day.
-- trend: day since a unit's own exposure → sums, and sums of products, of that day alone.
SELECT
    variant,
    sumMap(
        look.1,
        arrayPopFront(arrayDifference(arrayPushFront(y, 0))),
        arrayPopFront(arrayDifference(arrayPushFront(z, 0))),
        arrayPopFront(arrayDifference(arrayPushFront(arrayMap(a -> a * a, y), 0))),
        arrayPopFront(arrayDifference(arrayPushFront(arrayMap((a, b) -> a * b, y, z), 0))),
        arrayPopFront(arrayDifference(arrayPushFront(arrayMap(b -> b * b, z), 0))),
        arrayPopFront(arrayDifference(arrayPushFront(arrayMap(b -> toFloat64(b != 0), z), 0)))
    ) AS looks,
    sumMap(
        since.1,
        u,
        since.3,
        arrayMap(a -> a * a, u),
        arrayMap((a, b) -> a * b, u, since.3),
        arrayMap(b -> b * b, since.3)
    ) AS trend
FROM
(
    SELECT
        variant,
        look,
        since,
        arrayCumSum(look.2) AS y,
        arrayCumSum(look.3) AS z,
        since.2 AS u
    FROM
    (
-- What does each person of the experiment have of the metrics?
SELECT
    e.variant AS variant,
    sumMapIf([toInt32(toDate(r.at))], [toFloat64(if(event IN ('recommendation_shown', 'recommendation_clicked') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')}, ifNull(toFloat64(event = 'recommendation_clicked'), 0), 0))], [toFloat64(if(event IN ('recommendation_shown', 'recommendation_clicked') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')}, ifNull(toFloat64(event = 'recommendation_shown'), 0), 0))], (event IN ('recommendation_shown', 'recommendation_clicked') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')}) OR (event IN ('recommendation_shown', 'recommendation_clicked') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')})) AS look,
    sumMapIf([toInt32(intDiv(dateDiff('second', e.exposed_at, r.at), 86400))], [toFloat64(if(event IN ('recommendation_shown', 'recommendation_clicked') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')}, ifNull(toFloat64(event = 'recommendation_clicked'), 0), 0))], [toFloat64(if(event IN ('recommendation_shown', 'recommendation_clicked') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')}, ifNull(toFloat64(event = 'recommendation_shown'), 0), 0))], ((event IN ('recommendation_shown', 'recommendation_clicked') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')}) OR (event IN ('recommendation_shown', 'recommendation_clicked') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')})) AND toInt32(intDiv(dateDiff('second', e.exposed_at, r.at), 86400)) < 28 AND toDate(e.exposed_at) + toInt32(intDiv(dateDiff('second', e.exposed_at, r.at), 86400)) + 1 < toDate({exposed_until:DateTime64(3, 'UTC')})) AS since
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
WHERE event != 'experiment_exposed' AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    AND (empty({events:Array(String)}) OR event IN {events:Array(String)})
) AS r
INNER JOIN
(
-- Which variant did each person meet, and when first? 0: none that counts; 255: two of them.
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
WHERE e.variant BETWEEN 1 AND 254
    AND r.at >= e.exposed_at
GROUP BY e.subject, variant
)
)
GROUP BY variant
ORDER BY variant

-- experiment = 'tips'
-- variants = ['control', 'tips']
-- exposed_since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- exposed_until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
-- since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
-- events = ['recommendation_clicked', 'recommendation_shown']
