-- How often was a variant of an experiment met, in a phase and while it did not run, and how often
-- was somebody assigned one in the phase?
SELECT
    countIf(
        event = 'experiment_exposed'
        AND occurred_at >= {$since:DateTime64(3, 'UTC')} AND occurred_at < {exposed_until:DateTime64(3, 'UTC')}
    ) AS inside,
    countIf(
        event = 'experiment_assigned'
        AND occurred_at >= {exposed_since:DateTime64(3, 'UTC')} AND occurred_at < {exposed_until:DateTime64(3, 'UTC')}
    ) AS assigned,
    countIf(event = 'experiment_exposed' AND NOT arrayExists(
        (start, end) -> toUnixTimestamp64Milli(occurred_at) >= start AND toUnixTimestamp64Milli(occurred_at) < end,
        {starts:Array(Int64)},
        {ends:Array(Int64)}
    )) AS outside
FROM events
WHERE event IN ('experiment_assigned', 'experiment_exposed')
    AND occurred_at < {as_of:DateTime64(3, 'UTC')}
    AND properties.experiment_id = {experiment:String}
