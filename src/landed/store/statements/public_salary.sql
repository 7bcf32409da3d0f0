-- Who was shown recommendations with a salary potential in each cell, and how far is theirs from the middle?
--
-- A person's mean, in whole dollars, is brought within [low, high], and counted from `middle`.
SELECT
    subject_key,
    $bucket AS bucket,
    $d0 AS d0,
    $d1 AS d1,
    toInt64(1) AS added_0,
    toInt64(round(greatest({low:Float64}, least({high:Float64}, avg(salary))))) - {middle:Int64} AS added_1
FROM
(
$salaries) AS r
WHERE isFinite(salary)
GROUP BY subject_key, bucket, d0, d1
