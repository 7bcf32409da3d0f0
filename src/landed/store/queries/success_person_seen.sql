-- When was one person there? One row; no row where nothing is known of the person.
--
-- ages    whole days before until with a visit, in the 120 days before it, as in churn_cells
SELECT
    min(occurred_at) AS first_at,
    max(occurred_at) AS last_at,
    count() AS events,
    groupUniqArrayIf(
        toUInt16(intDiv(dateDiff('second', occurred_at, {until:DateTime64(3, 'UTC')}), 86400)),
        event IN ('session_started', 'page_viewed', 'screen_viewed', 'interaction_recorded', 'feature_used', 'user_signed_up', 'recommendation_clicked', 'application_submitted', 'resume_uploaded')
            AND occurred_at >= {until:DateTime64(3, 'UTC')} - INTERVAL 120 DAY
    ) AS ages
FROM events
WHERE subject_key = {subject:UUID} AND occurred_at < {until:DateTime64(3, 'UTC')}
HAVING events > 0
