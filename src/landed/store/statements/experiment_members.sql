-- What do the people of each unit have together?
SELECT
    $keys,
    $columns
FROM
(
$people)
GROUP BY unit, $groups
