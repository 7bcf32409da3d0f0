-- How do the sums of each variant grow from day to day, and what does each day since exposure add?
--
-- day: of a look, since 1970: what the sums, the sums of products, and the units with something
-- below the line gain on it. With each row in the order of time a unit's square grows from that of
-- its sum before to that of its sum with the row, so that one pass over the rows gives the sums as
-- they stood at the end of every day.
-- Below zero, -1 less the days since a unit's own exposure: what its sums of that day alone add.
SELECT
    variant,
    day,
    sum(above - above_before) AS y,
    sum(below - below_before) AS z,
    sum(above * above - above_before * above_before) AS yy,
    sum(above * below - above_before * below_before) AS yz,
    sum(below * below - below_before * below_before) AS zz,
    sum(toFloat64(below != 0) - toFloat64(below_before != 0)) AS with_rows
FROM
(
    SELECT
        variant,
        exposed_at,
        arrayConcat(arrayMap(one -> toInt32(toDate(one)), moments), arrayMap(one -> -1 - one, arrayCompact(since))) AS days,
        arrayCumSum(ys) AS after_ys,
        arrayCumSum(zs) AS after_zs,
        arrayConcat(arrayMap(after_y -> after_y, after_ys), arrayMap(one -> arraySum(one), arraySplit((y, step) -> step != 0, ys, steps))) AS aboves,
        arrayConcat(arrayMap((after_y, y) -> after_y - y, after_ys, ys), arrayResize(emptyArrayFloat64(), length(days) - length(ys))) AS aboves_before,
        arrayConcat(after_zs, arrayMap(one -> arraySum(one), arraySplit((z, step) -> step != 0, zs, steps))) AS belows,
        arrayConcat(arrayMap((after_z, z) -> after_z - z, after_zs, zs), arrayResize(emptyArrayFloat64(), length(days) - length(zs))) AS belows_before
    FROM
    (
        SELECT
            variant,
            exposed_at,
            arraySort(at) AS moments,
            arraySort((value, moment) -> moment, y, at) AS ys,
            arraySort((value, moment) -> moment, arrayResize(z, length(at)), at) AS zs,
            arrayMap(one -> toInt32(intDiv(dateDiff('second', exposed_at, one), 86400)), moments) AS since,
            arrayDifference(since) AS steps
        FROM
        (
-- What does each person of the experiment have of the metrics?
SELECT
    any(e.variant) AS variant,
    groupArrayIf(r.at, (event IN ('recommendation_clicked') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')}) OR (event IN ('recommendation_shown') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')})) AS at,
    any(e.exposed_at) AS exposed_at,
    groupArrayIf(toFloat64(if(event IN ('recommendation_clicked') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')}, ifNull(1, 0), 0)), (event IN ('recommendation_clicked') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')}) OR (event IN ('recommendation_shown') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')})) AS y,
    groupArrayIf(toFloat64(if(event IN ('recommendation_shown') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')}, ifNull(1, 0), 0)), (event IN ('recommendation_clicked') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')}) OR (event IN ('recommendation_shown') AND r.at >= e.exposed_at AND r.at < {exposed_until:DateTime64(3, 'UTC')})) AS z
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
    )
)
ARRAY JOIN
    days AS day,
    aboves AS above,
    aboves_before AS above_before,
    belows AS below,
    belows_before AS below_before
WHERE day >= 0 OR (day >= -28 AND toDate(exposed_at) - day < toDate({exposed_until:DateTime64(3, 'UTC')}))
GROUP BY variant, day
ORDER BY variant, day

-- experiment = 'tips'
-- variants = ['control', 'tips']
-- exposed_since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- exposed_until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
-- since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
-- events = ['recommendation_clicked', 'recommendation_shown']
