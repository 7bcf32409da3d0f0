-- How many people went from a recommendation to an offer? One row per step, in order.
--
-- A person counts at a step when they did it and every step before it, in this order, within
-- window_seconds of a first step; all steps lie in [since, until). People at the end of the
-- period have had less than the window: their late steps are not yet known.
WITH
    people AS (
        SELECT
            windowFunnel({window_seconds:UInt32})(
                toDateTime(occurred_at),
                event = 'recommendation_shown',
                event = 'recommendation_clicked',
                event = 'application_submitted',
                event = 'application_outcome_recorded'
                    AND properties.outcome_type IN ('interview_scheduled', 'interview_completed'),
                event = 'application_outcome_recorded'
                    AND properties.outcome_type IN ('offer_received', 'offer_accepted', 'offer_declined')
            ) AS reached
        FROM events
        WHERE event IN ('recommendation_shown', 'recommendation_clicked', 'application_submitted', 'application_outcome_recorded')
            AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
        GROUP BY subject_key
    )
SELECT
    row.1 AS step,
    row.2 AS name,
    row.3 AS people
FROM
(
    SELECT arrayJoin([
        (1, 'recommendation_shown', countIf(reached >= 1)),
        (2, 'recommendation_clicked', countIf(reached >= 2)),
        (3, 'application_submitted', countIf(reached >= 3)),
        (4, 'interview', countIf(reached >= 4)),
        (5, 'offer', countIf(reached >= 5))
    ]) AS row
    FROM people
)
ORDER BY step
