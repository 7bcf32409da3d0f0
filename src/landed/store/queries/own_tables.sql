-- Which tables of this database keep rows in files of their own? A row for each.
SELECT name
FROM system.tables
WHERE database = currentDatabase() AND engine LIKE '%MergeTree'
ORDER BY name
