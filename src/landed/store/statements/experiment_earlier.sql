-- Which units that are no people were met in an earlier phase of the run?
SELECT DISTINCT
    $unit
FROM events
WHERE event = 'experiment_exposed'
    AND occurred_at >= {run_since:DateTime64(3, 'UTC')}
    AND occurred_at < {exposed_since:DateTime64(3, 'UTC')}
    AND properties.experiment_id = {experiment:String}
