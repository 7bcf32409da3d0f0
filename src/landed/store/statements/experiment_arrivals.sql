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
