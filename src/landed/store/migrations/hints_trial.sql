-- Fails when the value that a stored event has at the path does not fit its new type: with code 117
-- where it cannot be read, with 395 where it would become another value.
-- Without this trial the change itself would fail half way and leave `properties` unreadable until
-- it is undone. One path at a time: only events that have it are parsed.
SELECT count()
FROM events
WHERE properties.`$path` IS NOT NULL
    AND NOT throwIf(
        toString(properties.`$path`) != toString(getSubcolumn(
            CAST(concat('{"$path":', toJSONString(properties.`$path`), '}'), 'JSON(max_dynamic_paths = 0, `$path` $type)'),
            '$path'
        ))
    )
