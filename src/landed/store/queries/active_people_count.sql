-- How many people came in [since, until)? One row, an exact count.
SELECT count() AS people
FROM
(
    SELECT subject_key
    FROM events
    WHERE toStartOfFifteenMinutes(occurred_at) >= {since:DateTime64(3, 'UTC')}
        AND toStartOfFifteenMinutes(occurred_at) < {until:DateTime64(3, 'UTC')}
    GROUP BY subject_key
    HAVING countIf(event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')) > 0
)
