-- What do the rows of each variant of an experiment say together, whoever they are of?
SELECT
    e.variant AS variant,
    $columns
FROM
(
$rows) AS r
INNER JOIN
(
$people) AS e ON e.subject = r.subject_key
WHERE e.variant BETWEEN 1 AND 253
    AND $reach
GROUP BY variant
ORDER BY variant
