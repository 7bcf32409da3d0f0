-- How often was a variant of an experiment met while it did not run?
SELECT count() AS exposures
FROM events
WHERE event = 'experiment_exposed'
    AND occurred_at < {as_of:DateTime64(3, 'UTC')}
    AND properties.experiment_id = {experiment:String}
    AND NOT arrayExists(
        (start, end) -> toUnixTimestamp64Milli(occurred_at) >= start AND toUnixTimestamp64Milli(occurred_at) < end,
        {starts:Array(Int64)},
        {ends:Array(Int64)}
    )
