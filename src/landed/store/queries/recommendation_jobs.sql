-- How often was each job shown and wanted in [since, until)? One row per kind of job.
--
-- is_new    first shown or applied for in this time, and not in [before, since)
-- shown     impressions of one such job; 0: only applied for, or shown before
-- jobs      how many jobs have this number; clicked, applied: the events of all of them, and
--           the sums over jobs of their squares
SELECT
    is_new,
    shown,
    count() AS jobs,
    sum(clicks) AS clicked,
    sum(clicks * clicks) AS clicked_squares,
    sum(presses) AS applied,
    sum(presses * presses) AS applied_squares
FROM
(
    SELECT
        properties.job_id AS job,
        countIf(occurred_at < {since:DateTime64(3, 'UTC')}) = 0 AS is_new,
        countIf(event = 'recommendation_shown' AND occurred_at >= {since:DateTime64(3, 'UTC')}) AS shown,
        countIf(event = 'recommendation_clicked' AND occurred_at >= {since:DateTime64(3, 'UTC')}) AS clicks,
        countIf(event = 'recommendation_applied' AND occurred_at >= {since:DateTime64(3, 'UTC')}) AS presses
    FROM events
    WHERE event IN (
            'recommendation_shown', 'recommendation_clicked', 'recommendation_applied', 'application_submitted'
        )
        AND occurred_at >= {before:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
        AND properties.job_id != ''
    GROUP BY job
)
GROUP BY is_new, shown
