-- How many people allow their success story to be told, as of now? One row.
SELECT count() AS people
FROM
(
    SELECT subject_key
    FROM events
    WHERE event = 'consent_changed' AND occurred_at < {as_of:DateTime64(3, 'UTC')}
        AND toString(properties.purpose) = 'success_stories'
    GROUP BY subject_key
    HAVING argMax(toString(properties.granted), (occurred_at, received_at)) IN ('true', '1')
)
