SELECT
    toDateTime(toStartOfInterval(r.at, INTERVAL 1 DAY, {p2:String}), {p2:String}) AS bucket,
    uniqCombined64(subject_key) AS m0
FROM
(
-- Who was active in [since, until), both on quarters of an hour? In the words of the projection
-- `activity`, with the columns of `activity.sql`; `at` is the start of the quarter.
SELECT
    toStartOfFifteenMinutes(occurred_at) AS at,
    subject_key,
    ifNull(getSubcolumn(context, 'device.type'), '') AS device,
    ifNull(getSubcolumn(context, 'browser.name'), '') AS browser,
    ifNull(getSubcolumn(context, 'os.name'), '') AS os,
    ifNull(getSubcolumn(context, 'country'), '') AS country,
    ifNull(getSubcolumn(context, 'app.version'), '') AS app_version
FROM events
WHERE toStartOfFifteenMinutes(occurred_at) >= {since:DateTime64(3, 'UTC')}
    AND toStartOfFifteenMinutes(occurred_at) < {until:DateTime64(3, 'UTC')}
    AND event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')
)  AS r
WHERE toString(r.country) NOT IN {p3:Array(String)}
GROUP BY bucket
ORDER BY bucket

-- since = datetime.datetime(2026, 3, 1, 23, 0, tzinfo=datetime.timezone.utc)
-- until = datetime.datetime(2026, 3, 8, 23, 0, tzinfo=datetime.timezone.utc)
-- p2 = 'Europe/Berlin'
-- p3 = ['US']
