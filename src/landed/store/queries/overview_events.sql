-- Which events arrive, how often and from how many people? The catalogue, busiest first.
--
-- people       estimated, about 0.5 %
-- last_seen    the latest occurred_at in [since, until)
SELECT
    event,
    count() AS events,
    uniqCombined64(subject_key) AS people,
    max(occurred_at) AS last_seen
FROM events
WHERE occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
GROUP BY event
ORDER BY events DESC, event
LIMIT 500
