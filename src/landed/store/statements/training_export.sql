-- Which rows of one period may leave? Those of cells with k people and l different values at least.
SELECT $told
FROM ($rows)
WHERE period = {period:Date} AND ($cell) IN
(
    SELECT $cell
    FROM ($rows)
    WHERE period = {period:Date}
    GROUP BY $cell
    HAVING uniqExact(user_key) >= {k:UInt32} AND $varied >= {l:UInt32}
)
