SELECT
    toDateTime(toStartOfInterval(r.at, INTERVAL 1 DAY, {p3:String}), {p3:String}) AS bucket,
    countIf(event IN ('application_submitted')) AS m0
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
WHERE occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    AND (empty({events:Array(String)}) OR event IN {events:Array(String)})
)  AS r
GROUP BY bucket
ORDER BY bucket

-- since = datetime.datetime(2026, 3, 1, 23, 0, tzinfo=datetime.timezone.utc)
-- until = datetime.datetime(2026, 3, 8, 23, 0, tzinfo=datetime.timezone.utc)
-- events = ['application_submitted']
-- p3 = 'Europe/Berlin'
