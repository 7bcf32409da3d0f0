-- How many units were assigned each variant, and how many of these met one?
SELECT
    variant,
    count() AS units,
    countIf(is_exposed) AS met
FROM
(
    SELECT
        if(
            minIf(place, is_assignment) = maxIf(place, is_assignment), minIf(place, is_assignment), 255
        ) AS variant,
        countIf(NOT is_assignment) > 0 AS is_exposed
    FROM
    (
        SELECT
            $unit AS unit,
            occurred_at,
            event = 'experiment_assigned' AS is_assignment,
            indexOf({variants:Array(String)}, properties.variant) AS place
        FROM events
        WHERE event IN ('experiment_assigned', 'experiment_exposed')
            AND occurred_at >= {$since:DateTime64(3, 'UTC')}
            AND occurred_at < {exposed_until:DateTime64(3, 'UTC')}
            AND properties.experiment_id = {experiment:String}$part
    )
    GROUP BY unit
    HAVING countIf(is_assignment) > 0 AND min(occurred_at) >= {exposed_since:DateTime64(3, 'UTC')}
)
WHERE variant BETWEEN 1 AND 253
GROUP BY variant
ORDER BY variant
