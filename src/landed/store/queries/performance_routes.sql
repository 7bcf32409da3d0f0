-- How fast and how surely did the host's API answer in [since, until)? One row per route, the busiest first.
--
-- is_total      the first row: all requests together; its `routes` says how many routes there are
-- known         requests that say how long they took; the times rest on them
-- times         median, 95th and 99th percentile in ms (t-digest); NaN: nothing known
SELECT
    grouping(route) AS is_total,
    route AS endpoint,
    count() AS routes,
    sum(by_route.requests) AS requests,
    sum(by_route.errors) AS errors,
    sum(by_route.known) AS known,
    sum(by_route.total_ms) / nullIf(known, 0) AS mean_response_ms,
    quantilesTDigestMerge(0.5, 0.95, 0.99)(by_route.digest) AS times
FROM
(
    SELECT
        properties.endpoint AS route,
        count() AS requests,
        countIf(properties.status >= 500) AS errors,
        count(properties.duration_ms) AS known,
        sum(ifNull(properties.duration_ms, 0)) AS total_ms,
        quantilesTDigestStateIf(0.5, 0.95, 0.99)(
            ifNull(properties.duration_ms, 0), properties.duration_ms IS NOT NULL
        ) AS digest
    FROM events
    WHERE event = 'api_request_completed'
        AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    GROUP BY route
) AS by_route
GROUP BY GROUPING SETS ((route), ())
ORDER BY is_total DESC, requests DESC, endpoint
LIMIT {limit:UInt32} + 1
