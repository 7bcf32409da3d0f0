-- What became of the applications of [since, until) that came from a recommendation? One row per group.
--
-- name          as the recommendation says it; empty: neither it nor the application does
-- interviews, offers   three counts of applications by the hour at which they leave the risk:
--               it happened, something else excluded it, they were followed no longer
-- accepted, declined   applications whose offer was taken, and whose offer was not
-- gains         hires whose rise of income and whose promised rise are both known; the sums
--               are over these, in US dollars a year
-- An application came from a recommendation when it names one or when somebody pressed apply
-- there (looked for from a day before, since that comes first). Without an application_id
-- nothing can be tied together, and such ones are left out.
WITH
    toInt64(9000000000000) AS never,
    'recommendation_applied' AS pressed,
    applications AS (
        SELECT
            anyIf(place, place != '') AS name,
            minIf(occurred_at, event = 'application_submitted') AS sent_at,
            greatest(0, dateDiff('second', sent_at, {as_of:DateTime64(3, 'UTC')})) AS followed,
            minOrNullIf(occurred_at, outcome IN ('interview_scheduled', 'interview_completed')) AS interview_at,
            minOrNullIf(occurred_at, outcome IN ('offer_received', 'offer_accepted', 'offer_declined')) AS offer_at,
            minOrNullIf(occurred_at, outcome = 'rejection_received' OR event = 'application_closed') AS close_at,
            if(interview_at IS NULL, never, greatest(0, dateDiff('second', sent_at, interview_at))) AS to_interview,
            if(offer_at IS NULL, never, greatest(0, dateDiff('second', sent_at, offer_at))) AS to_offer,
            if(close_at IS NULL, never, greatest(0, dateDiff('second', sent_at, close_at))) AS to_close,
            countIf(outcome = 'offer_accepted') > 0 AS is_accepted,
            countIf(outcome = 'offer_declined') > 0 AS is_declined,
            maxOrNullIf(promised, event = pressed) AS promise,
            maxOrNullIf(rise, event = 'income_changed') AS gain
        FROM
        (
            SELECT
                event,
                occurred_at,
                subject_key,
                properties.application_id AS application,
                properties.recommendation_id AS recommendation,
                properties.outcome_type AS outcome,
                properties.salary_potential_usd AS promised,
                properties.current_usd - properties.previous_usd AS rise,
                if(event NOT IN (pressed, 'application_submitted'), '',
                if({by:String} = 'tier', properties.tier,
                if({by:String} = 'surface', properties.surface,
                if({by:String} = 'industry', properties.industry,
                if({by:String} = 'region', properties.region,
                if({by:String} = 'algorithm', properties.algorithm,
                if({by:String} = 'device', ifNull(context.device.type, ''),
                if({by:String} = 'country', ifNull(context.country, ''),
                '')))))))) AS place
            FROM events
            WHERE (
                    event = 'application_submitted'
                    AND occurred_at >= {since:DateTime64(3, 'UTC')}
                    AND occurred_at < {until:DateTime64(3, 'UTC')}
                )
                OR (
                    event = pressed
                    AND occurred_at >= {since:DateTime64(3, 'UTC')} - INTERVAL 1 DAY
                    AND occurred_at < {until:DateTime64(3, 'UTC')}
                )
                OR (
                    event IN ('application_outcome_recorded', 'application_closed', 'income_changed')
                    AND occurred_at >= {since:DateTime64(3, 'UTC')}
                    AND occurred_at < {as_of:DateTime64(3, 'UTC')}
                )
        )
        WHERE application != ''
        GROUP BY subject_key, application
        HAVING countIf(event = 'application_submitted') > 0
            AND countIf(event = pressed OR (event = 'application_submitted' AND recommendation != '')) > 0
    ),
    risks AS (
        SELECT
            *,
            least(followed, {interview_seconds:UInt32}) AS interview_view,
            least(followed, {offer_seconds:UInt32}) AS offer_view,
            to_interview <= interview_view AND to_interview <= to_close AS is_interview,
            to_close <= interview_view AND to_close < to_interview AS is_no_interview,
            to_offer <= offer_view AND to_offer <= to_close AS is_offer,
            to_close <= offer_view AND to_close < to_offer AS is_no_offer
        FROM applications
    )
SELECT
    name,
    count() AS applications,
    (
        sumMapIf([toUInt32(intDiv(to_interview, 3600))], [toUInt64(1)], is_interview),
        sumMapIf([toUInt32(intDiv(to_close, 3600))], [toUInt64(1)], is_no_interview),
        sumMapIf([toUInt32(intDiv(interview_view, 3600))], [toUInt64(1)], NOT is_interview AND NOT is_no_interview)
    ) AS interviews,
    (
        sumMapIf([toUInt32(intDiv(to_offer, 3600))], [toUInt64(1)], is_offer),
        sumMapIf([toUInt32(intDiv(to_close, 3600))], [toUInt64(1)], is_no_offer),
        sumMapIf([toUInt32(intDiv(offer_view, 3600))], [toUInt64(1)], NOT is_offer AND NOT is_no_offer)
    ) AS offers,
    countIf(is_accepted) AS accepted,
    countIf(is_declined AND NOT is_accepted) AS declined,
    countIf(promise + gain IS NOT NULL) AS gains,
    ifNull(sumIf(promise, promise + gain IS NOT NULL), 0) AS promised_sum,
    ifNull(sumIf(gain, promise + gain IS NOT NULL), 0) AS gained_sum,
    ifNull(sumIf(pow(gain - promise, 2), promise + gain IS NOT NULL), 0) AS gap_squares
FROM risks
GROUP BY name
