-- How long after their first act did new people first use each feature? One row per feature.
--
-- New are those whose first act ever was in [since, until). The row of the feature '' is everybody;
-- there is no row where nobody is new.
-- used        full hours from the first act to the first use, rounded up → people; of '' nothing
-- followed    full hours, rounded down, from the first act to as_of → people: of those who used it; of '' of all
WITH
    newcomers AS (
        SELECT subject_key, minIf(occurred_at, event NOT IN ('api_request_completed', 'error_occurred', 'experiment_assigned', 'infrastructure_cost_recorded', 'llm_call_completed', 'rate_limit_hit', 'system_sampled', 'workflow_step_completed')) AS first_at
        FROM events
        WHERE toStartOfFifteenMinutes(occurred_at) < {as_of:DateTime64(3, 'UTC')}
        GROUP BY subject_key
        HAVING first_at >= {since:DateTime64(3, 'UTC')} AND first_at < {until:DateTime64(3, 'UTC')}
    ),
    uses AS (
        SELECT subject_key, groupArray((feature, used_at)) AS used
        FROM
        (
            SELECT subject_key, properties.feature AS feature, min(occurred_at) AS used_at
            FROM events
            WHERE event = 'feature_used'
                AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {as_of:DateTime64(3, 'UTC')}
                AND properties.feature IN {features:Array(String)}
            GROUP BY subject_key, feature
        )
        GROUP BY subject_key
    )
SELECT
    one.1 AS feature,
    sumMapIf([least(intDiv(dateDiff('second', first_at, one.2) + 3599, 3600), {hours:Int64} + 1)], [toUInt64(1)], feature != '') AS used,
    sumMap([least(intDiv(dateDiff('second', first_at, {as_of:DateTime64(3, 'UTC')}), 3600), {hours:Int64})], [toUInt64(1)]) AS followed
FROM
(
    -- Everybody is in the row of '' too, so that the newcomers are looked for once.
    SELECT newcomers.first_at AS first_at, arrayJoin(arrayPushFront(uses.used, ('', newcomers.first_at))) AS one
    FROM newcomers
    LEFT JOIN uses ON uses.subject_key = newcomers.subject_key
)
GROUP BY feature
