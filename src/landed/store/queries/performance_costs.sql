-- What did it cost to run in [since, until), and for how many recommendations? One row.
--
-- llm_cost_usd               what calls to language models cost
-- infrastructure_cost_usd    bills that became known, each whole on its day
WITH
    costs AS (
        SELECT
            ifNull(sumIf(properties.cost_usd, event = 'llm_call_completed'), 0) AS llm_cost_usd,
            ifNull(sumIf(properties.cost_usd, event = 'infrastructure_cost_recorded'), 0)
                AS infrastructure_cost_usd
        FROM events
        WHERE event IN ('llm_call_completed', 'infrastructure_cost_recorded')
            AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    ),
    shown AS (
        SELECT count() AS recommendations_shown
        FROM events
        WHERE event = 'recommendation_shown'
            AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    )
SELECT *
FROM costs
CROSS JOIN shown
