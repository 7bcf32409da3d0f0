-- What do the units of each variant of an experiment add to some metrics? Sums, never a unit.
--
-- Only what follows a unit's first exposure counts, and for covariates only what came before it.
-- Units without a row add nothing to any sum; `experiment_health` says how many there are.
SELECT
    $key,
    $sums
FROM
(
$units)
GROUP BY $key
ORDER BY $key
