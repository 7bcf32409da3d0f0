-- How far does the log of events reach? One row; the times are NULL when there are no events.
--
-- has_acts    whether anybody did anything: what programs report of themselves is no act
--
-- The first two times come from the partitions' bounds, the third from the index on
-- received_at, and has_acts stops at the first one: none of them reads the log.
SELECT
    if(events = 0, NULL, min(occurred_at)) AS first_occurred_at,
    if(events = 0, NULL, max(occurred_at)) AS last_occurred_at,
    (SELECT received_at FROM events ORDER BY received_at DESC LIMIT 1) AS last_received_at,
    (SELECT 1 FROM events WHERE event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed') LIMIT 1 SETTINGS max_threads = 1) IS NOT NULL AS has_acts,
    count() AS events
FROM events
