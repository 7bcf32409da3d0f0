-- Are the types inside `properties` of `table` those that `hints` ask for? One row.
SELECT type = toTypeName(CAST('{}', concat('JSON(max_dynamic_paths = 0, ', {hints:String}, ')'))) AS same
FROM system.columns
WHERE database = currentDatabase() AND table = {table:String} AND name = 'properties'
