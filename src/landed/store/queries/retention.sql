-- How many of those who came first in a day, week or month came again? One row per cohort and age.
--
-- cohort    number of the bucket of the first act ever: day (0 is 1970-01-01), week (0 holds it)
--           or month (of year 0) in the zone; those that [since, until) touches
-- age       how many buckets later, up to oldest + 1, which holds everything later
-- people    of the cohort who came in that bucket; age 0 is the cohort's size
-- last      of the cohort whose last visit before as_of was then
-- What is older than the first cohort is one bucket for each person, who so belongs to none.
WITH
    multiIf(
        {grain:String} = 'month', toInt32(toYear({since:DateTime64(3, 'UTC')}, {zone:String}) * 12 + toMonth({since:DateTime64(3, 'UTC')}, {zone:String})),
        {grain:String} = 'week', toInt32(intDiv(toInt32(toDate({since:DateTime64(3, 'UTC')}, {zone:String})) + 3, 7)),
        toInt32(toDate({since:DateTime64(3, 'UTC')}, {zone:String}))
    ) AS opening,
    {until:DateTime64(3, 'UTC')} - INTERVAL 1 MILLISECOND AS final,
    multiIf(
        {grain:String} = 'month', toInt32(toYear(final, {zone:String}) * 12 + toMonth(final, {zone:String})),
        {grain:String} = 'week', toInt32(intDiv(toInt32(toDate(final, {zone:String})) + 3, 7)),
        toInt32(toDate(final, {zone:String}))
    ) AS closing
SELECT
    cohort,
    visit.1 AS age,
    count() AS people,
    countIf(visit.2) AS last
FROM
(
    SELECT
        buckets[1] AS cohort,
        arrayJoin(
            arrayMap(number -> (least(number - buckets[1], {oldest:Int32} + 1), number = buckets[-1]), buckets)
        ) AS visit
    FROM
    (
        SELECT arraySort(groupArray(number)) AS buckets
        FROM
        (
            SELECT
                subject_key,
                greatest(
                    toInt32(opening - 1),
                    multiIf(
                        {grain:String} = 'month', toInt32(toYear(toStartOfFifteenMinutes(occurred_at), {zone:String}) * 12 + toMonth(toStartOfFifteenMinutes(occurred_at), {zone:String})),
                        {grain:String} = 'week', toInt32(intDiv(toInt32(toDate(toStartOfFifteenMinutes(occurred_at), {zone:String})) + 3, 7)),
                        toInt32(toDate(toStartOfFifteenMinutes(occurred_at), {zone:String}))
                    )
                ) AS number
            FROM events
            WHERE toStartOfFifteenMinutes(occurred_at) < {as_of:DateTime64(3, 'UTC')}
            GROUP BY subject_key, number
            HAVING countIf(event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')) > 0
        )
        GROUP BY subject_key
        HAVING buckets[1] >= opening AND buckets[1] <= closing
    )
)
GROUP BY cohort, age
ORDER BY cohort, age
