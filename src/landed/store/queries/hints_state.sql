-- What types have the paths inside `properties` of `table`, and what would `hints` make of them? One row.
SELECT
    type AS stored,
    toTypeName(CAST('{}', concat('JSON(max_dynamic_paths = 0, ', {hints:String}, ')'))) AS wanted
FROM system.columns
WHERE database = currentDatabase() AND table = {table:String} AND name = 'properties'
