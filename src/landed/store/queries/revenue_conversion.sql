-- Of the people who reached a step in [since, until), how many reached the next one, and when?
--
-- One row per pair of steps. reached, missed and waiting are pairs of arrays: hours since the
-- first of the two steps, and people who reached the second then; who took another paid plan
-- or cancelled instead, so that it cannot come next; and who were followed until then without
-- either, which is what as_of or within_seconds allow.
-- A step counts when it is taken for the first time. A trial is not a paid plan.
WITH
    toInt64({within_seconds:UInt32}) AS horizon,
    people AS (
        SELECT
            minOrNullIf(occurred_at, event = 'user_signed_up') AS signed_up_at,
            minOrNullIf(occurred_at, event != 'subscription_cancelled' AND plan_name = 'free') AS free_at,
            minOrNullIf(occurred_at, is_paid) AS paid_at,
            minOrNullIf(occurred_at, is_paid AND plan_name = 'premium') AS premium_at,
            minOrNullIf(occurred_at, is_paid AND plan_name = 'enterprise') AS enterprise_at,
            minOrNullIf(occurred_at, is_paid AND plan_name != 'premium') AS not_premium_at,
            minOrNullIf(occurred_at, event = 'subscription_cancelled') AS cancelled_at
        FROM
        (
            SELECT
                subject_key,
                event,
                occurred_at,
                lower(properties.plan) AS plan_name,
                event IN ('subscription_started', 'subscription_changed')
                    AND ifNull(properties.amount, 0) > 0
                    AND NOT ifNull(properties.is_trial, false) AS is_paid
            FROM events
            WHERE event IN ('user_signed_up', 'subscription_started', 'subscription_changed', 'subscription_cancelled')
                AND occurred_at < {as_of:DateTime64(3, 'UTC')}
        )
        GROUP BY subject_key
    ),
    waits AS (
        SELECT
            pair.1 AS step,
            pair.2 AS next_step,
            dateDiff('second', pair.3, pair.4) AS hit,
            dateDiff('second', pair.3, pair.5) AS miss,
            least(horizon, dateDiff('second', pair.3, {as_of:DateTime64(3, 'UTC')})) AS followed
        FROM
        (
            SELECT arrayJoin([
                ('signup', 'free', signed_up_at, free_at, paid_at),
                ('free', 'premium', free_at, premium_at, not_premium_at),
                ('premium', 'enterprise', premium_at, enterprise_at, cancelled_at),
                ('signup', 'paid', signed_up_at, paid_at, CAST(NULL, 'Nullable(DateTime64(3, \'UTC\'))'))
            ]) AS pair
            FROM people
        )
        WHERE pair.3 >= {since:DateTime64(3, 'UTC')} AND pair.3 < {until:DateTime64(3, 'UTC')}
            -- Who had the second step or its alternative first cannot take it next.
            AND (pair.4 IS NULL OR pair.4 >= pair.3)
            AND (pair.5 IS NULL OR pair.5 >= pair.3)
    ),
    ends AS (
        SELECT
            step,
            next_step,
            multiIf(
                hit IS NOT NULL AND hit <= followed AND hit <= ifNull(miss, horizon), 'reached',
                miss IS NOT NULL AND miss <= followed, 'missed',
                'waiting'
            ) AS fate,
            intDiv(multiIf(fate = 'reached', hit, fate = 'missed', miss, followed), 3600) AS hour
        FROM waits
    )
SELECT
    step,
    next_step,
    sumMapIf([toUInt32(hour)], [toUInt64(1)], fate = 'reached') AS reached,
    sumMapIf([toUInt32(hour)], [toUInt64(1)], fate = 'missed') AS missed,
    sumMapIf([toUInt32(hour)], [toUInt64(1)], fate = 'waiting') AS waiting
FROM ends
GROUP BY step, next_step
