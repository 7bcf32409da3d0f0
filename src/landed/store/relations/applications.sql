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
