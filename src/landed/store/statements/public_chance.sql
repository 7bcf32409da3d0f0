-- Who sent applications in each cell, and had an interview within `within_seconds` of one of them?
--
-- Only applications that can be tied to their outcome; until = as_of - within, so all had their time.
SELECT
    subject_key,
    $bucket AS bucket,
    $d0 AS d0,
    $d1 AS d1,
    toInt64(1) AS added_0,
    toInt64(max(ifNull(seconds_to_interview <= {within_seconds:UInt32}, false))) AS added_1
FROM
(
$applications) AS r
WHERE followed_seconds >= {within_seconds:UInt32}
GROUP BY subject_key, bucket, d0, d1
