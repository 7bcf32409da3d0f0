-- How many people came for the first time in the period on each day, counted from its start?
SELECT
    toUInt32(intDiv(dateDiff('second', {exposed_since:DateTime64(3, 'UTC')}, exposed_at), 86400)) AS day,
    count() AS people,
    countIf(exposed_at <= {as_of:DateTime64(3, 'UTC')} - toIntervalSecond(1814400)) AS followed
FROM
(
-- Who came in [since, until), and when first? Machines report for people who need not be there.
SELECT
    subject_key AS subject,
    min(occurred_at) AS exposed_at,
    toUInt8(1) AS variant
FROM events
WHERE occurred_at >= {exposed_since:DateTime64(3, 'UTC')}
    AND occurred_at < {exposed_until:DateTime64(3, 'UTC')}
    AND event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')
GROUP BY subject
)
GROUP BY day
ORDER BY day

-- exposed_since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- exposed_until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
-- as_of = datetime.datetime(2026, 3, 30, 0, 0, tzinfo=datetime.timezone.utc)
