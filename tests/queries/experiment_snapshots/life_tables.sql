-- What do the rows of each variant of an experiment say together, whoever they are of?
SELECT
    e.variant AS variant,
    tuple(sumMapIf([toUInt32(intDiv(ifNull(seconds_to_interview, toInt64(9000000000000)), 3600))], [toUInt64(1)], ifNull(seconds_to_interview, toInt64(9000000000000)) <= least(followed_seconds, 1814400) AND ifNull(seconds_to_interview, toInt64(9000000000000)) <= ifNull(seconds_to_close, toInt64(9000000000000))), sumMapIf([toUInt32(intDiv(ifNull(seconds_to_close, toInt64(9000000000000)), 3600))], [toUInt64(1)], ifNull(seconds_to_close, toInt64(9000000000000)) <= least(followed_seconds, 1814400) AND ifNull(seconds_to_close, toInt64(9000000000000)) < ifNull(seconds_to_interview, toInt64(9000000000000))), sumMapIf([toUInt32(intDiv(least(followed_seconds, 1814400), 3600))], [toUInt64(1)], NOT (ifNull(seconds_to_interview, toInt64(9000000000000)) <= least(followed_seconds, 1814400) AND ifNull(seconds_to_interview, toInt64(9000000000000)) <= ifNull(seconds_to_close, toInt64(9000000000000))) AND NOT (ifNull(seconds_to_close, toInt64(9000000000000)) <= least(followed_seconds, 1814400) AND ifNull(seconds_to_close, toInt64(9000000000000)) < ifNull(seconds_to_interview, toInt64(9000000000000))))) AS life
FROM
(
-- Which applications were sent in [since, until), and what is known of each at as_of? One row each.
--
-- seconds_to_interview, seconds_to_offer, seconds_to_accept    from sending; NULL: not (yet)
-- seconds_to_close    until it was closed, rejected or withdrawn: no first interview comes after
-- followed_seconds    from sending to as_of
-- Without an application_id an application cannot be tied to its outcome: it is its own row,
-- followed for no time, so that it counts as sent and in no rate.
SELECT
    sent_at AS at,
    subject_key,
    if(NOT is_tied, 0, greatest(0, dateDiff('second', sent_at, {as_of:DateTime64(3, 'UTC')}))) AS followed_seconds,
    if(interview_at IS NULL, NULL, greatest(0, dateDiff('second', sent_at, interview_at))) AS seconds_to_interview,
    if(offer_at IS NULL, NULL, greatest(0, dateDiff('second', sent_at, offer_at))) AS seconds_to_offer,
    if(accept_at IS NULL, NULL, greatest(0, dateDiff('second', sent_at, accept_at))) AS seconds_to_accept,
    if(close_at IS NULL, NULL, greatest(0, dateDiff('second', sent_at, close_at))) AS seconds_to_close,
    tier,
    industry,
    region,
    device,
    country,
    app_version,
    method
FROM
(
    SELECT
        subject_key,
        application,
        any(has_id) AS is_tied,
        minIf(occurred_at, event = 'application_submitted') AS sent_at,
        minOrNullIf(occurred_at, outcome IN ('interview_scheduled', 'interview_completed')) AS interview_at,
        minOrNullIf(occurred_at, outcome IN ('offer_received', 'offer_accepted', 'offer_declined')) AS offer_at,
        minOrNullIf(occurred_at, outcome = 'offer_accepted') AS accept_at,
        minOrNullIf(occurred_at, outcome = 'rejection_received' OR event = 'application_closed') AS close_at,
        anyIf(tier_name, event = 'application_submitted') AS tier,
        anyIf(industry_name, event = 'application_submitted') AS industry,
        anyIf(region_name, event = 'application_submitted') AS region,
        anyIf(device_type, event = 'application_submitted') AS device,
        anyIf(country_code, event = 'application_submitted') AS country,
        anyIf(version, event = 'application_submitted') AS app_version,
        anyIf(method_name, event = 'application_submitted') AS method
    FROM
    (
        SELECT
            event,
            occurred_at,
            subject_key,
            properties.application_id != '' AS has_id,
            if(has_id, properties.application_id, toString(message_id)) AS application,
            if(event = 'application_outcome_recorded', properties.outcome_type, '') AS outcome,
            properties.tier AS tier_name,
            properties.industry AS industry_name,
            properties.region AS region_name,
            ifNull(context.device.type, '') AS device_type,
            ifNull(context.country, '') AS country_code,
            ifNull(context.app.version, '') AS version,
            ifNull(toString(properties.application_method), '') AS method_name
        FROM events
        WHERE
            (
                event = 'application_submitted'
                AND occurred_at >= {since:DateTime64(3, 'UTC')}
                AND occurred_at < {until:DateTime64(3, 'UTC')}
            )
            OR (
                event IN ('application_outcome_recorded', 'application_closed')
                AND occurred_at >= {since:DateTime64(3, 'UTC')}
                AND occurred_at < {as_of:DateTime64(3, 'UTC')}
            )
    )
    GROUP BY subject_key, application
    HAVING countIf(event = 'application_submitted') > 0
)
) AS r
INNER JOIN
(
-- Which variant did each person meet, and when first? 0: none that counts; 255: two of them;
-- 254: one in an earlier phase of the run, which dealt in other shares.
SELECT
    subject_key AS subject,
    min(occurred_at) AS exposed_at,
    if(min(place) = max(place), min(place), 255) AS variant
FROM
(
    SELECT
        subject_key,
        occurred_at,
        indexOf({variants:Array(String)}, properties.variant) AS place
    FROM events
    WHERE event = 'experiment_exposed'
        AND occurred_at >= {exposed_since:DateTime64(3, 'UTC')}
        AND occurred_at < {exposed_until:DateTime64(3, 'UTC')}
        AND properties.experiment_id = {experiment:String}
)
GROUP BY subject
) AS e ON e.subject = r.subject_key
WHERE e.variant BETWEEN 1 AND 253
    AND r.at >= e.exposed_at
GROUP BY variant
ORDER BY variant

-- experiment = 'tips'
-- variants = ['control', 'tips']
-- exposed_since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- exposed_until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
-- as_of = datetime.datetime(2026, 3, 30, 0, 0, tzinfo=datetime.timezone.utc)
-- since = datetime.datetime(2026, 3, 2, 0, 0, tzinfo=datetime.timezone.utc)
-- until = datetime.datetime(2026, 3, 16, 0, 0, tzinfo=datetime.timezone.utc)
