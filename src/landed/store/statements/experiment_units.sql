-- Which variant did each person meet, and when first? 0: none that counts; 255: two of them;
-- 254: one in an earlier phase of the run, which dealt in other shares.
SELECT
    subject_key AS subject,
    min(occurred_at) AS exposed_at,
    $variant AS variant$columns
FROM
(
    SELECT
        subject_key,
        occurred_at,
        $place AS place$fields
    FROM events
    WHERE event = 'experiment_exposed'
        AND occurred_at >= {$since:DateTime64(3, 'UTC')}
        AND occurred_at < {exposed_until:DateTime64(3, 'UTC')}
        AND properties.experiment_id = {experiment:String}$part
)
GROUP BY subject$having
