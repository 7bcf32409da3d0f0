-- Who came on at least two different UTC days of the 30 before until?
SELECT subject_key
FROM events
WHERE occurred_at >= {until:DateTime64(3, 'UTC')} - INTERVAL 30 DAY AND occurred_at < {until:DateTime64(3, 'UTC')}
GROUP BY subject_key
HAVING min(toDate(occurred_at)) < max(toDate(occurred_at))
