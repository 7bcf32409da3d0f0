-- How many parts of the log do the rewritings that go on have left? One row.
SELECT sum(parts_to_do) AS parts
FROM system.mutations
WHERE database = currentDatabase() AND NOT is_done
