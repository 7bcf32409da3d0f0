-- Whose first event was in the 30 days before until? In the words of the projection `visits`.
SELECT subject_key
FROM events
WHERE toStartOfFifteenMinutes(occurred_at) <= {until:DateTime64(3, 'UTC')}
GROUP BY subject_key
HAVING min(occurred_at) >= {until:DateTime64(3, 'UTC')} - INTERVAL 30 DAY
    AND min(occurred_at) < {until:DateTime64(3, 'UTC')}
