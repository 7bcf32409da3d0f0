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

-- experiment = 'tips'
-- as_of = datetime.datetime(2026, 3, 30, 0, 0, tzinfo=datetime.timezone.utc)
-- starts = [1772409600000]
-- ends = [1773619200000]
