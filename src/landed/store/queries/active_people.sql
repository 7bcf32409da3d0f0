-- On which days of [since, until) did people come, and how soon again? One row per day and gap.
--
-- day       number of the day in the zone, 0 is 1970-01-01
-- gap       days until the person's next such day, at most 30; 30 too when there was none
-- people    who came on the day and next after that gap
-- A day that somebody came on counts for that person in the trailing days up to the next one, so
-- from these rows come the people of the last 1, 7 or 30 days without counting anybody twice.
SELECT
    came.1 AS day,
    came.2 AS gap,
    count() AS people
FROM
(
    SELECT arrayJoin(
        arrayMap((here, next) -> (here, least(next - here, 30)), days, arrayPushBack(arrayPopFront(days), 1000000))
    ) AS came
    FROM
    (
        SELECT arraySort(groupArray(day_number)) AS days
        FROM
        (
            SELECT
                subject_key,
                toInt32(toDate(toStartOfFifteenMinutes(occurred_at), {zone:String})) AS day_number
            FROM events
            WHERE toStartOfFifteenMinutes(occurred_at) >= {since:DateTime64(3, 'UTC')}
                AND toStartOfFifteenMinutes(occurred_at) < {until:DateTime64(3, 'UTC')}
            GROUP BY subject_key, day_number
            HAVING countIf(event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')) > 0
        )
        GROUP BY subject_key
    )
)
GROUP BY day, gap
ORDER BY day, gap
