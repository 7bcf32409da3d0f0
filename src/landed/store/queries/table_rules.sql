-- By which rules do tables keep their rows? One row for each.
SELECT name, engine_full AS rule
FROM system.tables
WHERE database = currentDatabase() AND name IN {tables:Array(String)}
