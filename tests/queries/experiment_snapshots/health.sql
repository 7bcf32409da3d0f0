-- How many met each variant of an experiment: all, by what was known of them, and by day?
--
-- units: how many units there are, then for each window how many have been followed for it, then
-- for each moment how many came by then. Where units are no people, also how many people they
-- have, and the sum of the squares of these.
SELECT
    variant,
    multiIf(grouping(device) = 0, 'device', grouping(country) = 0, 'country', grouping(browser) = 0, 'browser', grouping(day) = 0, 'day', '') AS dimension,
    multiIf(dimension = 'device', toString(device), dimension = 'country', toString(country), dimension = 'browser', toString(browser), dimension = 'day', toString(day), '') AS value,
    sum(persons) AS met,
    sum(strayed) AS strays,
    sumForEach(sum_of_units) AS units
FROM
(
    SELECT
        variant,
        device, country, browser,
        toDate(exposed_at) AS day,
        count() AS persons,
        sum(strays) AS strayed,
        sumForEach([1, exposed_at <= {as_of:DateTime64(3, 'UTC')} - toIntervalSecond(1814400)]) AS sum_of_units
    FROM
    (
-- Which variant did each person meet, and when first? 0: none that counts; 255: two of them;
-- 254: one in an earlier phase of the run, which dealt in other shares.
SELECT
    subject_key AS subject,
    min(occurred_at) AS exposed_at,
    if(min(place) = max(place), min(place), 255) AS variant,
    argMin(device, occurred_at) AS device,
    argMin(country, occurred_at) AS country,
    argMin(browser, occurred_at) AS browser,
    countIf(place = 0) AS strays
FROM
(
    SELECT
        subject_key,
        occurred_at,
        indexOf({variants:Array(String)}, properties.variant) AS place,
        ifNull(context.device.type, '') AS device,
        ifNull(context.country, '') AS country,
        ifNull(context.browser.name, '') AS browser
    FROM events
    WHERE event = 'experiment_exposed'
        AND occurred_at >= {exposed_since:DateTime64(3, 'UTC')}
        AND occurred_at < {exposed_until:DateTime64(3, 'UTC')}
        AND properties.experiment_id = {experiment:String}
)
GROUP BY subject
)
    GROUP BY variant, device, country, browser, day
)
GROUP BY GROUPING SETS ((variant), (variant, device), (variant, country), (variant, browser), (variant, day))
ORDER BY dimension, value, variant

-- experiment = 'tips'
-- variants = ['control', 'tips']
-- exposed_since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- exposed_until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
-- as_of = datetime.datetime(2026, 3, 30, 0, 0, tzinfo=datetime.timezone.utc)
