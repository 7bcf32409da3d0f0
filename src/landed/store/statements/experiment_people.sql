-- What does each person of the experiment have of the metrics?
SELECT
    $keys,
    $columns
FROM
(
$rows) AS r
INNER JOIN
(
$people) AS e ON e.subject = r.subject_key
WHERE e.variant BETWEEN 1 AND 253
    AND $reach
GROUP BY e.subject
