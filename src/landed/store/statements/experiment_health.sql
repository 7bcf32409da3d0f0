-- How many met each variant of an experiment: all, by what was known of them, and by day?
--
-- $names: how many units there are, then for each window how many have been followed for it, then
-- for each moment how many came by then. Where units are no people, also how many people they
-- have, and the sum of the squares of these.
SELECT
    variant,
    multiIf($dimensions, '') AS dimension,
    multiIf($values, '') AS value,
    sum(persons) AS met,
    sum(strayed) AS strays,
    $outer
FROM
(
    SELECT
        variant,
        $segments,
        toDate(exposed_at) AS day,
        count() AS persons,
        sum(strays) AS strayed,
        $inner
    FROM
    (
$units)
    GROUP BY variant, $segments, day
)
GROUP BY GROUPING SETS ((variant), $sets)
ORDER BY dimension, value, variant
