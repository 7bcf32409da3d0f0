-- How far did the people get who were shown a recommendation in [since, until)? One row per step.
--
-- A person enters at the first impression in the period and counts at a step when it and every
-- step before it happened, in this order, within window_seconds of entering. Steps after the end
-- of the period count. matured_people are those whose window had passed at as_of: only their
-- steps are all known.
--
-- A person's later moments are one array of milliseconds * 8 + step, since one array costs a
-- quarter of four. These numbers are in the order of the moments, and of the steps at one moment.
WITH
    9000000000000000000 AS never,
    toInt64({window_seconds:UInt32}) * 8000 AS window,
    moments AS (
        SELECT
            toUnixTimestamp64Milli(minIf(occurred_at, event = 'recommendation_shown')) * 8 AS entered,
            groupArrayIf(
                toUnixTimestamp64Milli(occurred_at) * 8 + multiIf(
                    event = 'recommendation_clicked', 2,
                    event = 'application_submitted', 3,
                    properties.outcome_type IN ('interview_scheduled', 'interview_completed'), 4,
                    properties.outcome_type IN ('offer_received', 'offer_accepted', 'offer_declined'), 5,
                    0
                ),
                event != 'recommendation_shown'
            ) AS moves
        FROM events
        WHERE event IN ('recommendation_shown', 'recommendation_clicked', 'application_submitted', 'application_outcome_recorded')
            AND occurred_at >= {since:DateTime64(3, 'UTC')}
            AND occurred_at < if(
                event = 'recommendation_shown',
                {until:DateTime64(3, 'UTC')},
                {until:DateTime64(3, 'UTC')} + toIntervalSecond({window_seconds:UInt32})
            )
        GROUP BY subject_key
        HAVING countIf(event = 'recommendation_shown') > 0
    ),
    paths AS (
        SELECT
            entered + window AS closes,
            arrayMin(move -> if(bitAnd(move, 7) = 2 AND move >= entered, move, never), arrayPushBack(moves, 0)) AS clicked,
            arrayMin(move -> if(bitAnd(move, 7) = 3 AND move >= clicked, move, never), arrayPushBack(moves, 0)) AS applied,
            arrayMin(move -> if(bitAnd(move, 7) = 4 AND move >= applied, move, never), arrayPushBack(moves, 0)) AS interviewed,
            arrayMin(move -> if(bitAnd(move, 7) = 5 AND move >= interviewed, move, never), arrayPushBack(moves, 0)) AS offered,
            closes <= toUnixTimestamp64Milli({as_of:DateTime64(3, 'UTC')}) * 8 AS is_matured,
            1 + (clicked < closes) + (applied < closes) + (interviewed < closes) + (offered < closes) AS reached
        FROM moments
    )
SELECT
    step.1 AS name,
    step.2 AS people,
    step.3 AS matured_people
FROM
(
    SELECT arrayJoin([
        ('recommendation_shown', countIf(reached >= 1), countIf(is_matured AND reached >= 1)),
        ('recommendation_clicked', countIf(reached >= 2), countIf(is_matured AND reached >= 2)),
        ('application_submitted', countIf(reached >= 3), countIf(is_matured AND reached >= 3)),
        ('interview', countIf(reached >= 4), countIf(is_matured AND reached >= 4)),
        ('offer', countIf(reached >= 5), countIf(is_matured AND reached >= 5))
    ]) AS step
    FROM paths
)
