-- For how many hours have the people of each variant been followed? Hours → people.
SELECT
    e.variant AS variant,
    sumMap([$hours], [toUInt64(1)]) AS hours
FROM
(
$people) AS e
WHERE e.variant BETWEEN 1 AND 253
GROUP BY variant
ORDER BY variant
