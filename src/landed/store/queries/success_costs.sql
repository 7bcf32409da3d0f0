-- What did the product cost in [since, until), and how many recommendations did it show? One row.
SELECT
    sumIf(properties.cost_usd, event = 'llm_call_completed') AS llm_usd,
    sumIf(properties.cost_usd, event = 'infrastructure_cost_recorded') AS infrastructure_usd,
    (
        SELECT count()
        FROM events
        WHERE event = 'recommendation_shown'
            AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    ) AS recommendations
FROM events
WHERE event IN ('llm_call_completed', 'infrastructure_cost_recorded')
    AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
