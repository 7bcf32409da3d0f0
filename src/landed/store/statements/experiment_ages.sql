-- When did each unit act for the first time? In the words of the projection `visits`.
-- To meet a variant is an act, so that everybody has one.
SELECT
    u.subject AS subject,
    u.exposed_at AS exposed_at,
    u.variant AS variant$columns
FROM
(
    SELECT
        subject_key,
        minIf(occurred_at, event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')) AS first_at
    FROM events
    WHERE toStartOfFifteenMinutes(occurred_at) <= {exposed_until:DateTime64(3, 'UTC')}
    GROUP BY subject_key
) AS f
INNER JOIN
(
$units) AS u ON u.subject = f.subject_key
