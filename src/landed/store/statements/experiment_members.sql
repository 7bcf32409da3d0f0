-- What do the people of each unit have together?
SELECT
    variant,
    $columns
FROM
(
$people)
GROUP BY unit, variant
