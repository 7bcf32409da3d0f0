SELECT
    toDateTime(toStartOfInterval(r.at, INTERVAL 1 WEEK, {p2:String}), {p2:String}) AS bucket,
    r.device AS d0,
    countIf(true) AS m0,
    sumIf(pages <= 1, true) / nullIf(sumIf(1, true), 0) AS m1,
    sumIf(1, true) AS n1,
    quantileTDigestIf(0.5)(duration_seconds, true) AS m2,
    countIf((duration_seconds) IS NOT NULL AND true) AS n2
FROM
(
-- Which sessions began in [since, until)? One row per session.
--
-- A session is all events with one session id, a day around the period included, so that one
-- which crosses midnight is whole and belongs to the day on which it began. That margin is cut
-- at quarters of an hour, so that the projection `visits` answers.
SELECT
    min(occurred_at) AS at,
    max(subject_key) AS subject_key,
    dateDiff('millisecond', min(occurred_at), max(occurred_at)) / 1000 AS duration_seconds,
    countIf(event IN ('page_viewed', 'screen_viewed')) AS pages,
    countIf(event = 'interaction_recorded') AS interactions,
    count() AS events,
    max(ifNull(getSubcolumn(context, 'device.type'), '')) AS device,
    max(ifNull(getSubcolumn(context, 'browser.name'), '')) AS browser,
    max(ifNull(getSubcolumn(context, 'os.name'), '')) AS os,
    max(ifNull(getSubcolumn(context, 'country'), '')) AS country,
    max(ifNull(getSubcolumn(context, 'app.version'), '')) AS app_version
FROM events
WHERE toStartOfFifteenMinutes(occurred_at) >= toStartOfFifteenMinutes({since:DateTime64(3, 'UTC')} - INTERVAL 1 DAY)
    AND toStartOfFifteenMinutes(occurred_at) <= toStartOfFifteenMinutes({until:DateTime64(3, 'UTC')} + INTERVAL 1 DAY)
    AND session_id != toUUID('00000000-0000-0000-0000-000000000000')
GROUP BY session_id
HAVING at >= {since:DateTime64(3, 'UTC')} AND at < {until:DateTime64(3, 'UTC')}
)  AS r
WHERE positionCaseInsensitiveUTF8(toString(r.app_version), {p3:String}) > 0
    AND toString(r.os) = ''
    AND r.subject_key IN
(
-- Who acted on at least two different UTC days of the 30 before until?
SELECT subject_key
FROM events
WHERE occurred_at >= {until:DateTime64(3, 'UTC')} - INTERVAL 30 DAY AND occurred_at < {until:DateTime64(3, 'UTC')}
    AND event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')
GROUP BY subject_key
HAVING min(toDate(occurred_at)) < max(toDate(occurred_at))
)
GROUP BY bucket, d0
ORDER BY bucket, d0

-- since = datetime.datetime(2026, 3, 1, 23, 0, tzinfo=datetime.timezone.utc)
-- until = datetime.datetime(2026, 3, 8, 23, 0, tzinfo=datetime.timezone.utc)
-- p2 = 'Europe/Berlin'
-- p3 = '4.'
