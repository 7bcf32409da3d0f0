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
            ifNull(toString(getSubcolumn(properties, 'unit')), '') AS unit,
            occurred_at,
            event = 'experiment_assigned' AS is_assignment,
            indexOf({variants:Array(String)}, properties.variant) AS place
        FROM events
        WHERE event IN ('experiment_assigned', 'experiment_exposed')
            AND occurred_at >= {run_since:DateTime64(3, 'UTC')}
            AND occurred_at < {exposed_until:DateTime64(3, 'UTC')}
            AND properties.experiment_id = {experiment:String}
            AND unit != ''
    )
    GROUP BY unit
    HAVING countIf(is_assignment) > 0 AND min(occurred_at) >= {exposed_since:DateTime64(3, 'UTC')}
)
WHERE variant BETWEEN 1 AND 253
GROUP BY variant
ORDER BY variant

-- experiment = 'tips'
-- variants = ['control', 'tips']
-- exposed_since = datetime.datetime(2026, 3, 9, 0, 0, tzinfo=datetime.timezone.utc)
-- run_since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- exposed_until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
