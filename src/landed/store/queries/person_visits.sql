-- What did one person do in [since, until)? One row; first_at and last_at are over all time.
--
-- A visit belongs to the time in which it began; events without a session id are in no visit.
SELECT
    min(began_at) AS first_at,
    max(ended_at) AS last_at,
    countIf(is_visit AND is_inside) AS sessions,
    countIf(is_visit AND is_inside AND pages <= 1) AS bounces,
    sumIf(dateDiff('millisecond', began_at, ended_at), is_visit AND is_inside) / 1000 AS seconds,
    sumIf(pages, is_visit AND is_inside) AS session_pages,
    sum(pages_inside) AS page_views,
    sum(interactions_inside) AS interactions,
    sum(events_inside) AS events
FROM
(
    SELECT
        session_id != toUUID('00000000-0000-0000-0000-000000000000') AS is_visit,
        min(occurred_at) AS began_at,
        max(occurred_at) AS ended_at,
        began_at >= {since:DateTime64(3, 'UTC')} AND began_at < {until:DateTime64(3, 'UTC')} AS is_inside,
        countIf(event IN ('page_viewed', 'screen_viewed')) AS pages,
        countIf(occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')} AND event IN ('page_viewed', 'screen_viewed')) AS pages_inside,
        countIf(occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')} AND event = 'interaction_recorded') AS interactions_inside,
        countIf(occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}) AS events_inside
    FROM events
    WHERE subject_key = {subject:UUID} AND occurred_at < {as_of:DateTime64(3, 'UTC')}
    GROUP BY session_id
)
HAVING count() > 0
