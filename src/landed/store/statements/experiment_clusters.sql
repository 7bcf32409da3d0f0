-- Which people belong to each unit that is no person? A unit that was in two variants has 255,
-- and one that was met in an earlier phase 254.
--
-- members: how many people the unit has, then how many for each window and moment of `experiment_health`.
SELECT
    subject,
    exposed_at,
    multiIf(variant = 254 OR $earlier, 254, variant BETWEEN 1 AND 253 AND lowest != highest, 255, variant) AS variant,
    unit,
    members$columns
FROM
(
    SELECT
        *,
        minIf(variant, variant BETWEEN 1 AND 253) OVER (PARTITION BY unit) AS lowest,
        maxIf(variant, variant BETWEEN 1 AND 253) OVER (PARTITION BY unit) AS highest,
        sumForEach(arrayMap(one -> one * (variant BETWEEN 1 AND 253), $followed)) OVER (PARTITION BY unit) AS members
    FROM
    (
$units)
)
