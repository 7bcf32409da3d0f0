-- How did each UTC day of [since, until) go? One row per day, days without events included.
-- Events and active users in the words of the rollup `activity`, which answers them.
--
-- active_users     people who acted on the day (estimated, about 0.5 %)
-- avg_ats_score    mean over the day's tailored and screened CVs that carry a score; NULL: none
WITH
    activity AS (
        SELECT
            day,
            sum(number) AS events,
            maxIf(people, act) AS active_users
        FROM
        (
            SELECT
                toDate(toStartOfFifteenMinutes(occurred_at)) AS day,
                event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed') AS act,
                count() AS number,
                uniqCombined64(subject_key) AS people
            FROM events
            WHERE toStartOfFifteenMinutes(occurred_at) >= {since:DateTime64(3, 'UTC')}
                AND toStartOfFifteenMinutes(occurred_at) < {until:DateTime64(3, 'UTC')}
            GROUP BY day, act
        )
        GROUP BY day
    ),
    sent AS (
        SELECT
            toDate(occurred_at) AS day,
            count() AS applications
        FROM events
        WHERE event = 'application_submitted'
            AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
        GROUP BY day
    ),
    scores AS (
        SELECT
            toDate(occurred_at) AS day,
            avg(properties.ats_score) AS avg_ats_score
        FROM events
        WHERE event IN ('resume_tailored', 'screening_analysis_completed')
            AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
        GROUP BY day
    )
SELECT
    activity.day AS day,
    activity.events AS events,
    activity.active_users AS active_users,
    sent.applications AS applications,
    scores.avg_ats_score AS avg_ats_score
FROM activity
LEFT JOIN sent ON sent.day = activity.day
LEFT JOIN scores ON scores.day = activity.day
ORDER BY day WITH FILL
    FROM toDate({since:DateTime64(3, 'UTC')})
    TO toDate({until:DateTime64(3, 'UTC')} - INTERVAL 1 MILLISECOND) + 1
