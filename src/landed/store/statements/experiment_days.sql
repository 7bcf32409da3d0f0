-- How do the sums of each variant grow from day to day, and what does each day since exposure add?
--
-- looks: day → what the sums, the sums of products, and the units with a row, gain on it: a unit's square grows from
-- that of its sum until the day before to that of its sum with the day. So one pass over the rows
-- gives the sums as they stood at the end of every day.
-- trend: day since a unit's own exposure → sums, and sums of products, of that day alone.
SELECT
    variant,
    sumMap(
        look.1,
        arrayPopFront(arrayDifference(arrayPushFront(y, 0))),
        arrayPopFront(arrayDifference(arrayPushFront(z, 0))),
        arrayPopFront(arrayDifference(arrayPushFront(arrayMap(a -> a * a, y), 0))),
        arrayPopFront(arrayDifference(arrayPushFront(arrayMap((a, b) -> a * b, y, z), 0))),
        arrayPopFront(arrayDifference(arrayPushFront(arrayMap(b -> b * b, z), 0))),
        arrayPopFront(arrayDifference(arrayPushFront(arrayMap(b -> toFloat64(b != 0), z), 0)))
    ) AS looks,
    sumMap(
        since.1,
        u,
        since.3,
        arrayMap(a -> a * a, u),
        arrayMap((a, b) -> a * b, u, since.3),
        arrayMap(b -> b * b, since.3)
    ) AS trend
FROM
(
    SELECT
        variant,
        look,
        since,
        $cut AS y,
        arrayCumSum(look.3) AS z,
        $once AS u
    FROM
    (
$people)
)
GROUP BY variant
ORDER BY variant
