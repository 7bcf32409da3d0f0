-- How many met each variant of an experiment: all, by device, country and browser, and by day?
--
-- $names: for each window how many units have been followed for it; the first window
-- is none, so that all are. Where units are no people, also how many people they have, and the
-- sum of the squares of these.
SELECT
    variant,
    multiIf(grouping(device) = 0, 'device', grouping(country) = 0, 'country', grouping(browser) = 0, 'browser', grouping(day) = 0, 'day', '') AS dimension,
    multiIf(dimension = 'device', device, dimension = 'country', country, dimension = 'browser', browser, dimension = 'day', toString(day), '') AS value,
    sum(persons) AS met,
    sum(strayed) AS strays,
    $outer
FROM
(
    SELECT
        variant,
        device,
        country,
        browser,
        toDate(exposed_at) AS day,
        count() AS persons,
        sum(strays) AS strayed,
        $inner
    FROM
    (
$units)
    GROUP BY variant, device, country, browser, day
)
GROUP BY GROUPING SETS ((variant), (variant, device), (variant, country), (variant, browser), (variant, day))
ORDER BY dimension, value, variant
