-- Who acted on at least two different UTC days of the 30 before until?
SELECT subject_key
FROM events
WHERE occurred_at >= {until:DateTime64(3, 'UTC')} - INTERVAL 30 DAY AND occurred_at < {until:DateTime64(3, 'UTC')}
    AND event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')
GROUP BY subject_key
HAVING min(toDate(occurred_at)) < max(toDate(occurred_at))
