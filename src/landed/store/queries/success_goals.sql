-- How long did it take to reach the goals that were set in [since, until)? One row per type.
--
-- reached and waiting are pairs of arrays: hours since the goal was set, and goals that were
-- reached then; and goals that were followed until then and are open (90 days or as_of).
-- A goal is a goal_id of a person; without ids, all goals of one type are one. It is set when
-- it was first set: setting it again changes it. What was reached before does not count.
SELECT
    type,
    sumMapIf([toUInt32(intDiv(seconds, 3600))], [toUInt64(1)], is_reached) AS reached,
    sumMapIf([toUInt32(intDiv(seconds, 3600))], [toUInt64(1)], NOT is_reached) AS waiting
FROM
(
    SELECT
        argMinIf(goal_type, occurred_at, event = 'goal_set') AS type,
        minIf(occurred_at, event = 'goal_set') AS set_at,
        arraySort(groupArrayIf(occurred_at, event = 'goal_achieved')) AS moments,
        dateDiff('second', set_at, arrayFirstOrNull(moment -> moment >= set_at, moments)) AS taken,
        least(toInt64(90 * 86400), dateDiff('second', set_at, {as_of:DateTime64(3, 'UTC')})) AS followed,
        ifNull(taken <= followed, false) AS is_reached,
        if(is_reached, assumeNotNull(taken), followed) AS seconds
    FROM
    (
        SELECT
            event,
            occurred_at,
            subject_key,
            properties.goal_type AS goal_type,
            properties.goal_id AS goal_id
        FROM events
        WHERE event IN ('goal_set', 'goal_achieved') AND occurred_at < {as_of:DateTime64(3, 'UTC')}
    )
    GROUP BY subject_key, if(goal_id = '', concat('type ', goal_type), concat('id ', goal_id))
    HAVING countIf(event = 'goal_set') > 0
        AND set_at >= {since:DateTime64(3, 'UTC')} AND set_at < {until:DateTime64(3, 'UTC')}
)
GROUP BY type
ORDER BY type
