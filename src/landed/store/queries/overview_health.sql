-- How well did the host product run in [since, until)? One row.
--
-- error_rate         share of API requests with a status of 500 or more, 0 to 1; NULL: no requests
-- p95_response_ms    95th percentile of the API's answer times, in ms; NULL: no requests
-- llm_cost_usd       what the calls to language models cost, in US dollars
WITH
    api AS (
        SELECT
            count() AS api_requests,
            countIf(properties.status >= 500) AS api_errors,
            if(api_requests = 0, NULL, api_errors / api_requests) AS error_rate,
            quantileTDigest(0.95)(properties.duration_ms) AS p95_response_ms
        FROM events
        WHERE event = 'api_request_completed'
            AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    ),
    faults AS (
        SELECT count() AS errors
        FROM events
        WHERE event = 'error_occurred'
            AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    ),
    llm AS (
        SELECT
            count() AS llm_calls,
            ifNull(sum(properties.cost_usd), 0) AS llm_cost_usd
        FROM events
        WHERE event = 'llm_call_completed'
            AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    )
SELECT *
FROM api
CROSS JOIN faults
CROSS JOIN llm
