-- How long did the steps of the work behind the pages take in [since, until)? One row per step.
--
-- known         runs that say whether they succeeded; failures are of these
-- timed         runs that say how long they took; the times rest on them
-- times         median and 95th percentile in seconds (t-digest); NaN: nothing known
SELECT
    ifNull(toString(properties.workflow), '') AS workflow,
    ifNull(toString(properties.step), '') AS step,
    count() AS runs,
    count(properties.success) AS known,
    countIf(properties.success = false) AS failures,
    count(properties.duration_seconds) AS timed,
    sum(ifNull(properties.duration_seconds, 0)) / nullIf(timed, 0) AS step_seconds_mean,
    quantilesTDigestIf(0.5, 0.95)(
        ifNull(properties.duration_seconds, 0), properties.duration_seconds IS NOT NULL
    ) AS times
FROM events
WHERE event = 'workflow_step_completed'
    AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
GROUP BY workflow, step
ORDER BY workflow, step
LIMIT {limit:UInt32}
