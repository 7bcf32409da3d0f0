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
