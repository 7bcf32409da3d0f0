-- How much more do people earn a year, by whether a recommendation led there? One row.
--
-- Changes of income in [since, until) that say both incomes. A change is attributed when it
-- names a recommendation, or an application that its person sent from a recommendation.
SELECT
    sumIf(gain, is_attributed) AS attributed_usd,
    countIf(is_attributed) AS attributed_changes,
    sumIf(gain, NOT is_attributed) AS other_usd,
    countIf(NOT is_attributed) AS other_changes
FROM
(
    SELECT
        assumeNotNull(properties.current_usd - properties.previous_usd) AS gain,
        properties.recommendation_id != ''
            OR (
                properties.application_id != ''
                AND (subject_key, properties.application_id) IN
                (
                    SELECT subject_key, properties.application_id
                    FROM events
                    WHERE event = 'application_submitted' AND properties.recommendation_id != ''
                        AND occurred_at < {until:DateTime64(3, 'UTC')}
                )
            ) AS is_attributed
    FROM events
    WHERE event = 'income_changed'
        AND properties.current_usd IS NOT NULL AND properties.previous_usd IS NOT NULL
        AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
)
