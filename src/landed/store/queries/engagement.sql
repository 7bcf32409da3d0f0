-- How engaged were the people who came in [since, until)? One row over all of them, or those named.
--
-- Each part is 0 to 1 and the score is their sum by weight, 0 to 100; `landed.metrics.engagement`
-- says what the parts are and when each is full.
-- subjects     whom to look at; none named: everybody
-- scores       tenth of the scale (0 to 9, the last with 100) → people
WITH
    visits AS (
        SELECT
            subject_key,
            toDate(toStartOfFifteenMinutes(occurred_at), {zone:String}) AS day,
            maxIf(occurred_at, event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')) AS last_at,
            countIf(event IN ('page_viewed', 'screen_viewed')) + countIf(event = 'interaction_recorded') AS actions
        FROM events
        WHERE toStartOfFifteenMinutes(occurred_at) >= {since:DateTime64(3, 'UTC')}
            AND toStartOfFifteenMinutes(occurred_at) < {until:DateTime64(3, 'UTC')}
            AND (empty({subjects:Array(UUID)}) OR subject_key IN {subjects:Array(UUID)})
        GROUP BY subject_key, day
        HAVING countIf(event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')) > 0
    ),
    deeds AS (
        SELECT
            subject_key,
            uniqExactIf(properties.feature, event = 'feature_used') AS features,
            countIf(event != 'feature_used') AS outcomes
        FROM events
        WHERE (event = 'feature_used' OR event IN {outcome_events:Array(String)})
            AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
            AND (empty({subjects:Array(UUID)}) OR subject_key IN {subjects:Array(UUID)})
        GROUP BY subject_key
    ),
    people AS (
        SELECT subject_key, count() AS days, max(last_at) AS seen_at, sum(actions) AS all_actions
        FROM visits
        GROUP BY subject_key
    ),
    parts AS (
        SELECT
            exp2(-greatest(0, dateDiff('second', people.seen_at, {until:DateTime64(3, 'UTC')})) / 86400 / {recency_half_life_days:Float64}) AS recency,
            least(1, people.days / {weeks:Float64} / {frequency_full:Float64}) AS frequency,
            least(1, people.all_actions / people.days / {depth_full:Float64}) AS depth,
            least(1, deeds.features / {breadth_full:Float64}) AS breadth,
            least(1, deeds.outcomes / {weeks:Float64} / {outcomes_full:Float64}) AS outcomes,
            {weights:Array(Float64)}[1] * recency + {weights:Array(Float64)}[2] * frequency
            + {weights:Array(Float64)}[3] * depth + {weights:Array(Float64)}[4] * breadth
            + {weights:Array(Float64)}[5] * outcomes AS score
        FROM people
        LEFT JOIN deeds ON deeds.subject_key = people.subject_key
    )
SELECT
    count() AS people,
    avg(score) AS mean_score,
    quantilesExactInclusive(0.25, 0.5, 0.75)(score) AS quartiles,
    [avg(recency), avg(frequency), avg(depth), avg(breadth), avg(outcomes)] AS mean_parts,
    sumMap([toUInt8(least(9, floor(score / 10)))], [toUInt64(1)]) AS scores
FROM parts
