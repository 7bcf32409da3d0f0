-- How many people came for the first time in the period on each day, counted from its start?
SELECT
    toUInt32(intDiv(dateDiff('second', {exposed_since:DateTime64(3, 'UTC')}, exposed_at), 86400)) AS day,
    count() AS people,
    countIf($followed) AS followed
FROM
(
$people)
GROUP BY day
ORDER BY day
