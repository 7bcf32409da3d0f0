-- Which experiments were met since a moment, and how often? Whoever asks knows which are known.
SELECT
    properties.experiment_id AS experiment,
    count() AS exposures,
    uniqCombined64(subject_key) AS people,
    max(occurred_at) AS last_at
FROM events
WHERE event = 'experiment_exposed'
    AND occurred_at >= {since:DateTime64(3, 'UTC')}
    AND occurred_at < {until:DateTime64(3, 'UTC')}
    AND experiment NOT IN {known:Array(String)}
GROUP BY experiment
ORDER BY exposures DESC, experiment
LIMIT 100
