-- How many met each variant of an experiment: all, by what was known of them, and by day?
--
-- units, people, squares: how many units there are, then for each window how many have been followed for it, then
-- for each moment how many came by then. Where units are no people, also how many people they
-- have, and the sum of the squares of these.
SELECT
    variant,
    multiIf(grouping(device) = 0, 'device', grouping(country) = 0, 'country', grouping(browser) = 0, 'browser', grouping(day) = 0, 'day', '') AS dimension,
    multiIf(dimension = 'device', toString(device), dimension = 'country', toString(country), dimension = 'browser', toString(browser), dimension = 'day', toString(day), '') AS value,
    sum(persons) AS met,
    sum(strayed) AS strays,
    sumForEach(sum_of_units) AS units,
    sumForEach(sum_of_people) AS people,
    sumForEach(sum_of_squares) AS squares
FROM
(
    SELECT
        variant,
        device, country, browser,
        toDate(exposed_at) AS day,
        count() AS persons,
        sum(strays) AS strayed,
        sumForEach(arrayMap((one, all) -> if(one, one / all, 0), [1], members)) AS sum_of_units,
    sumForEach([1]) AS sum_of_people,
    sumForEach(arrayMap((one, all) -> one * all, [1], members)) AS sum_of_squares
    FROM
    (
-- Which people belong to each unit that is no person? A unit that was in two variants has 255,
-- and one that was met in an earlier phase 254.
--
-- members: how many people the unit has, then how many for each window and moment of `experiment_health`.
SELECT
    subject,
    exposed_at,
    multiIf(variant = 254 OR unit != '' AND unit IN (
-- Which units that are no people were met in an earlier phase of the run?
SELECT DISTINCT
    ifNull(toString(getSubcolumn(properties, 'unit')), '')
FROM events
WHERE event = 'experiment_exposed'
    AND occurred_at >= {run_since:DateTime64(3, 'UTC')}
    AND occurred_at < {exposed_since:DateTime64(3, 'UTC')}
    AND properties.experiment_id = {experiment:String}
), 254, variant BETWEEN 1 AND 253 AND lowest != highest, 255, variant) AS variant,
    unit,
    members,
    device,
    country,
    browser,
    strays
FROM
(
    SELECT
        *,
        minIf(variant, variant BETWEEN 1 AND 253) OVER (PARTITION BY unit) AS lowest,
        maxIf(variant, variant BETWEEN 1 AND 253) OVER (PARTITION BY unit) AS highest,
        sumForEach(arrayMap(one -> one * (variant BETWEEN 1 AND 253), [1])) OVER (PARTITION BY unit) AS members
    FROM
    (
-- Which variant did each person meet, and when first? 0: none that counts; 255: two of them;
-- 254: one in an earlier phase of the run, which dealt in other shares.
SELECT
    subject_key AS subject,
    min(occurred_at) AS exposed_at,
    if(min(occurred_at) < {exposed_since:DateTime64(3, 'UTC')}, 254, if(min(place) = max(place), min(place), 255)) AS variant,
    argMin(device, occurred_at) AS device,
    argMin(country, occurred_at) AS country,
    argMin(browser, occurred_at) AS browser,
    countIf(place = 0 AND occurred_at >= {exposed_since:DateTime64(3, 'UTC')}) AS strays,
    argMin(unit, occurred_at) AS unit
FROM
(
    SELECT
        subject_key,
        occurred_at,
        if(unit = '', 0, indexOf({variants:Array(String)}, properties.variant)) AS place,
        ifNull(context.device.type, '') AS device,
        ifNull(context.country, '') AS country,
        ifNull(context.browser.name, '') AS browser,
        ifNull(toString(getSubcolumn(properties, 'unit')), '') AS unit
    FROM events
    WHERE event = 'experiment_exposed'
        AND occurred_at >= {run_since:DateTime64(3, 'UTC')}
        AND occurred_at < {exposed_until:DateTime64(3, 'UTC')}
        AND properties.experiment_id = {experiment:String}
)
GROUP BY subject
HAVING max(occurred_at) >= {exposed_since:DateTime64(3, 'UTC')}
)
)
)
    GROUP BY variant, device, country, browser, day
)
GROUP BY GROUPING SETS ((variant), (variant, device), (variant, country), (variant, browser), (variant, day))
ORDER BY dimension, value, variant

-- experiment = 'tips'
-- variants = ['control', 'tips']
-- exposed_since = datetime.datetime(2026, 3, 9, 0, 0, tzinfo=datetime.timezone.utc)
-- run_since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- exposed_until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
