-- How many units were assigned each variant in a phase, and how many of these met one? Who met one in an
-- earlier phase of the run is in no phase after it.
SELECT
    variant,
    count() AS units,
    countIf(is_exposed) AS met
FROM
(
    SELECT
        if(minIf(place, is_dealt) = maxIf(place, is_dealt), minIf(place, is_dealt), 255) AS variant,
        countIf(is_met) > 0 AS is_exposed
    FROM
    (
        SELECT
            subject_key AS unit,
            occurred_at,
            event = 'experiment_exposed' AS is_met,
            event = 'experiment_assigned' AND occurred_at >= {exposed_since:DateTime64(3, 'UTC')} AS is_dealt,
            indexOf({variants:Array(String)}, properties.variant) AS place
        FROM events
        WHERE event IN ('experiment_assigned', 'experiment_exposed')
            AND occurred_at >= {exposed_since:DateTime64(3, 'UTC')}
            AND occurred_at < {exposed_until:DateTime64(3, 'UTC')}
            AND properties.experiment_id = {experiment:String}
    )
    GROUP BY unit
    HAVING countIf(is_dealt) > 0 AND countIf(is_met AND occurred_at < {exposed_since:DateTime64(3, 'UTC')}) = 0
)
WHERE variant BETWEEN 1 AND 253
GROUP BY variant
ORDER BY variant

-- experiment = 'tips'
-- variants = ['control', 'tips']
-- exposed_since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- exposed_until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
