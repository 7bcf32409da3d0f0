-- Which variant of an experiment was each person shown first, and when?
SELECT
    subject_key AS subject,
    argMin(properties.variant, occurred_at) AS variant,
    min(occurred_at) AS exposed_at
FROM events
WHERE event = 'experiment_exposed' AND properties.experiment_id = {experiment:String}
GROUP BY subject
