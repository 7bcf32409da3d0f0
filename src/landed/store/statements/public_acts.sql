-- What does each person add to each cell? Their events in it, at most `most_each`.
SELECT
    subject_key,
    $bucket AS bucket,
    $d0 AS d0,
    $d1 AS d1,
    toInt64(least(count(), {most_each:UInt32})) AS added_0,
    toInt64(0) AS added_1
FROM
(
$events) AS r
WHERE event NOT IN {machines:Array(String)}
GROUP BY subject_key, bucket, d0, d1
