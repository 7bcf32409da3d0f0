-- What did one person reach, in order? One row per event of the kinds that say it.
SELECT
    event,
    occurred_at AS at,
    properties.application_id AS application_id,
    properties.outcome_type AS outcome,
    properties.previous_usd AS previous_usd,
    properties.current_usd AS current_usd,
    properties.reason AS reason,
    ifNull(toString(properties.advancement_type), '') AS advancement,
    properties.goal_type AS goal_type,
    properties.goal_id AS goal_id
FROM events
WHERE subject_key = {subject:UUID}
    AND event IN ('income_changed', 'career_advanced', 'goal_set', 'goal_achieved', 'application_submitted', 'application_outcome_recorded')
    AND occurred_at < {until:DateTime64(3, 'UTC')}
ORDER BY occurred_at, event
