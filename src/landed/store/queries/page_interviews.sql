-- Of the applications sent in [since, until), how many got an interview? One row.
--
-- matured         sent at least window_seconds before as_of: what they led to is known
-- interviewed     the matured ones with an interview within window_seconds of being sent
-- still_open      younger than that; they belong in no rate
-- Applications without an application_id cannot be tied to their outcome and are left out.
SELECT
    countIf(is_matured) AS matured,
    countIf(is_matured AND is_interviewed) AS interviewed,
    countIf(NOT is_matured) AS still_open
FROM
(
    SELECT
        minIf(occurred_at, event = 'application_submitted') AS sent_at,
        minIf(occurred_at, event = 'application_outcome_recorded') AS interview_at,
        countIf(event = 'application_outcome_recorded') > 0
            AND interview_at < sent_at + toIntervalSecond({window_seconds:UInt32}) AS is_interviewed,
        sent_at + toIntervalSecond({window_seconds:UInt32}) <= {as_of:DateTime64(3, 'UTC')} AS is_matured
    FROM
    (
        SELECT
            event,
            occurred_at,
            subject_key,
            ifNull(toString(properties.application_id), '') AS application
        FROM events
        WHERE (
                event = 'application_submitted'
                AND occurred_at >= {since:DateTime64(3, 'UTC')}
                AND occurred_at < {until:DateTime64(3, 'UTC')}
            )
            OR (
                event = 'application_outcome_recorded'
                AND toString(properties.outcome_type) IN ('interview_scheduled', 'interview_completed')
                AND occurred_at >= {since:DateTime64(3, 'UTC')}
                AND occurred_at < {until:DateTime64(3, 'UTC')} + toIntervalSecond({window_seconds:UInt32})
            )
    )
    WHERE application != ''
    GROUP BY subject_key, application
    HAVING countIf(event = 'application_submitted') > 0
)
