-- How long do people wait for their first interview and offer? One row per outcome.
--
-- People whose first application is in [since, until), from then on. reached and waiting are
-- pairs of arrays: hours, and people who saw the outcome then; and people who were followed
-- until then without it (180 days or as_of). Outcomes before the first application, of
-- applications that were not sent through the product, do not count.
SELECT
    outcome.1 AS name,
    sumMapIf([toUInt32(intDiv(seconds, 3600))], [toUInt64(1)], is_reached) AS reached,
    sumMapIf([toUInt32(intDiv(seconds, 3600))], [toUInt64(1)], NOT is_reached) AS waiting
FROM
(
    SELECT
        arrayJoin([
            ('interview', minOrNullIf(occurred_at, kind = 'interview')),
            ('offer', minOrNullIf(occurred_at, kind = 'offer'))
        ]) AS outcome,
        any(applied_at) AS sent_at,
        dateDiff('second', sent_at, outcome.2) AS taken,
        least(toInt64(180 * 86400), dateDiff('second', sent_at, {as_of:DateTime64(3, 'UTC')})) AS followed,
        ifNull(taken <= followed, false) AS is_reached,
        if(is_reached, assumeNotNull(taken), followed) AS seconds
    FROM
    (
        SELECT
            subject_key,
            occurred_at,
            multiIf(
                event = 'application_submitted', 'application',
                properties.outcome_type IN ('interview_scheduled', 'interview_completed'), 'interview',
                properties.outcome_type IN ('offer_received', 'offer_accepted', 'offer_declined'), 'offer',
                ''
            ) AS kind,
            minOrNullIf(occurred_at, event = 'application_submitted') OVER (PARTITION BY subject_key) AS applied_at
        FROM events
        WHERE event IN ('application_submitted', 'application_outcome_recorded')
            AND occurred_at < {as_of:DateTime64(3, 'UTC')}
    )
    WHERE applied_at >= {since:DateTime64(3, 'UTC')} AND applied_at < {until:DateTime64(3, 'UTC')}
        AND occurred_at >= applied_at
    GROUP BY subject_key
)
GROUP BY name
ORDER BY name
