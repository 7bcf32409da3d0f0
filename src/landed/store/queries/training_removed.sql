-- How many people who can be in a training set are gone from the zone since it was made? One row per kind:
-- erasure, withdrawal, and restriction, whose rows are set aside now.
--
-- since     when the set was made
-- Who came first on a later day cannot be in it. Nobody keeps who was in it: so it is at most so many.
SELECT kind, sum(removed) AS people
FROM
(
    SELECT toString(any(kind)) AS kind, max(step.people) AS removed
    FROM erasures AS step
    WHERE ended AND noted_at > {since:DateTime64(6, 'UTC')}
        AND ifNull(first_on, toDate(0)) <= toDate({since:DateTime64(6, 'UTC')})
    GROUP BY request_id
    UNION ALL
    SELECT 'restriction' AS kind, uniqExact(user_key) AS removed
    FROM
    (
        SELECT user_key, occurred_on FROM resume_events_aside
        UNION ALL
        SELECT user_key, occurred_on FROM interactions_aside
    )
    WHERE occurred_on <= toDate({since:DateTime64(6, 'UTC')})
)
GROUP BY kind
ORDER BY kind
