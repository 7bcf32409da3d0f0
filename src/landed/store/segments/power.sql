-- Who had at least ten sessions or screening analyses in the 30 days before until?
SELECT subject_key
FROM events
WHERE event IN ('session_started', 'screening_analysis_completed')
    AND occurred_at >= {until:DateTime64(3, 'UTC')} - INTERVAL 30 DAY
    AND occurred_at < {until:DateTime64(3, 'UTC')}
GROUP BY subject_key
HAVING count() >= 10
