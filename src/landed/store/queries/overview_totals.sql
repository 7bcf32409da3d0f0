-- What happened in [since, until), which lie on quarters of an hour? One row of totals.
-- Events and active users in the words of the rollup `activity`, which answers them.
--
-- active_users          people who acted: what programs report of themselves is no act (estimated, about 0.5 %)
-- interviews, offers    applications that reached the outcome, counted once however many
--                       outcome events they have; *_people counts the people
-- avg_ats_score         mean over the tailored and screened CVs that carry a score; NULL: none
WITH
    activity AS (
        SELECT
            sum(number) AS events,
            maxIf(people, act) AS active_users
        FROM
        (
            SELECT
                event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed') AS act,
                count() AS number,
                uniqCombined64(subject_key) AS people
            FROM events
            WHERE toStartOfFifteenMinutes(occurred_at) >= {since:DateTime64(3, 'UTC')}
                AND toStartOfFifteenMinutes(occurred_at) < {until:DateTime64(3, 'UTC')}
            GROUP BY act
        )
    ),
    moments AS (
        SELECT
            countIf(event = 'recommendation_shown') AS recommendations_shown,
            countIf(event = 'recommendation_clicked') AS recommendations_clicked,
            countIf(event = 'application_submitted') AS applications
        FROM events
        WHERE event IN ('recommendation_shown', 'recommendation_clicked', 'application_submitted')
            AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    ),
    outcomes AS (
        SELECT
            uniqExactIf((subject_key, application), outcome IN ('interview_scheduled', 'interview_completed')) AS interviews,
            uniqExactIf(subject_key, outcome IN ('interview_scheduled', 'interview_completed')) AS interviewed_people,
            uniqExactIf((subject_key, application), outcome IN ('offer_received', 'offer_accepted', 'offer_declined')) AS offers,
            uniqExactIf(subject_key, outcome IN ('offer_received', 'offer_accepted', 'offer_declined')) AS offered_people
        FROM
        (
            SELECT
                subject_key,
                properties.outcome_type AS outcome,
                properties.application_id AS application
            FROM events
            WHERE event = 'application_outcome_recorded'
                AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
        )
    ),
    scores AS (
        SELECT avg(properties.ats_score) AS avg_ats_score
        FROM events
        WHERE event IN ('resume_tailored', 'screening_analysis_completed')
            AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    )
SELECT *
FROM activity
CROSS JOIN moments
CROSS JOIN outcomes
CROSS JOIN scores
