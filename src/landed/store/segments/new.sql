-- Whose first act was in the 30 days before until? In the words of the projection `visits`.
SELECT subject_key
FROM events
WHERE toStartOfFifteenMinutes(occurred_at) <= {until:DateTime64(3, 'UTC')}
GROUP BY subject_key
HAVING (minIf(occurred_at, event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')) AS first_at) >= {until:DateTime64(3, 'UTC')} - INTERVAL 30 DAY
    AND first_at < {until:DateTime64(3, 'UTC')}
