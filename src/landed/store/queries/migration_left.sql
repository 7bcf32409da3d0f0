-- How many parts of the log do rewritings that go on have left, such as those of a migration? One row.
SELECT sum(parts_to_do) AS parts
FROM system.mutations
WHERE database = currentDatabase() AND NOT is_done
