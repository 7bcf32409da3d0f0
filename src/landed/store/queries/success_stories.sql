-- Who reached most in [since, until), of those who allow to tell it? One row per person.
--
-- Only people whose latest answer to the purpose success_stories is yes. label is all that is
-- told of who they are: the first eight hex digits of their pseudonym.
SELECT
    substring(lower(hex(subject_key)), 1, 8) AS label,
    argMinIf(previous_usd, occurred_at, event = 'income_changed' AND previous_usd IS NOT NULL) AS income_before_usd,
    argMaxIf(current_usd, occurred_at, event = 'income_changed') AS income_after_usd,
    income_after_usd / nullIf(income_before_usd, 0) - 1 AS rise,
    groupUniqArrayIf(advancement, event = 'career_advanced') AS advancements,
    countIf(event = 'career_advanced') AS steps,
    uniqExactIf(goal, event = 'goal_achieved') AS goals
FROM
(
    SELECT
        subject_key,
        event,
        occurred_at,
        properties.previous_usd AS previous_usd,
        properties.current_usd AS current_usd,
        ifNull(toString(properties.advancement_type), '') AS advancement,
        concat(properties.goal_type, ' ', properties.goal_id) AS goal
    FROM events
    WHERE event IN ('income_changed', 'career_advanced', 'goal_achieved')
        AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
        AND subject_key IN
        (
            SELECT subject_key
            FROM events
            WHERE event = 'consent_changed' AND occurred_at < {as_of:DateTime64(3, 'UTC')}
                AND toString(properties.purpose) = 'success_stories'
            GROUP BY subject_key
            HAVING argMax(toString(properties.granted), (occurred_at, received_at)) IN ('true', '1')
        )
)
GROUP BY subject_key
HAVING ifNull(rise, 0) > 0 OR steps > 0 OR goals > 0
ORDER BY ifNull(rise, 0) DESC, steps DESC, goals DESC, label
LIMIT {limit:UInt16}
