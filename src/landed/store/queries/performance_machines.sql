-- How loaded were the machines in [since, until)? One row per machine, by its samples.
--
-- cpu_percent and its like are means; *_p95 the 95th percentile of the samples; NULL: none sent
SELECT
    host,
    count() AS samples,
    max(sampled_at) AS last_sampled_at,
    avg(cpu) AS cpu_percent,
    avg(memory) AS memory_percent,
    avg(disk) AS disk_percent,
    quantileTDigest(0.95)(cpu) AS cpu_percent_p95,
    quantileTDigest(0.95)(memory) AS memory_percent_p95
FROM
(
    SELECT
        occurred_at AS sampled_at,
        properties.host AS host,
        properties.cpu_percent AS cpu,
        properties.memory_percent AS memory,
        properties.disk_percent AS disk
    FROM events
    WHERE event = 'system_sampled'
        AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
)
GROUP BY host
ORDER BY host
LIMIT {limit:UInt32}
