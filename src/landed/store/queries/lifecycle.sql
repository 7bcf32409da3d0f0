-- Who came for the first time, again, or after a break? One row per day, week or month with anybody.
--
-- bucket         number of the day (0 is 1970-01-01), week (0 holds it) or month (of year 0) in the zone
-- new_people     whose first act ever was then
-- returning      who came in the bucket before as well
-- resurrected    who had come before, but not in the bucket before
-- The first row is of the bucket before the one that holds since; only its sum means anything.
-- What is older than that is one bucket for each person: it says "was here", and no more.
WITH
    multiIf(
        {grain:String} = 'month', toInt32(toYear({since:DateTime64(3, 'UTC')}, {zone:String}) * 12 + toMonth({since:DateTime64(3, 'UTC')}, {zone:String})),
        {grain:String} = 'week', toInt32(intDiv(toInt32(toDate({since:DateTime64(3, 'UTC')}, {zone:String})) + 3, 7)),
        toInt32(toDate({since:DateTime64(3, 'UTC')}, {zone:String}))
    ) AS opening
SELECT
    step.1 AS bucket,
    countIf(step.2 = -1) AS new_people,
    countIf(step.2 = step.1 - 1) AS returning,
    countIf(step.2 != -1 AND step.2 < step.1 - 1) AS resurrected
FROM
(
    SELECT arrayJoin(arrayZip(buckets, arrayPushFront(arrayPopBack(buckets), -1))) AS step
    FROM
    (
        SELECT arraySort(groupArray(number)) AS buckets
        FROM
        (
            SELECT
                subject_key,
                greatest(
                    toInt32(opening - 2),
                    multiIf(
                        {grain:String} = 'month', toInt32(toYear(toStartOfFifteenMinutes(occurred_at), {zone:String}) * 12 + toMonth(toStartOfFifteenMinutes(occurred_at), {zone:String})),
                        {grain:String} = 'week', toInt32(intDiv(toInt32(toDate(toStartOfFifteenMinutes(occurred_at), {zone:String})) + 3, 7)),
                        toInt32(toDate(toStartOfFifteenMinutes(occurred_at), {zone:String}))
                    )
                ) AS number
            FROM events
            WHERE toStartOfFifteenMinutes(occurred_at) < {until:DateTime64(3, 'UTC')}
            GROUP BY subject_key, number
            HAVING countIf(event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')) > 0
        )
        GROUP BY subject_key
    )
)
WHERE bucket >= opening - 1
GROUP BY bucket
ORDER BY bucket
