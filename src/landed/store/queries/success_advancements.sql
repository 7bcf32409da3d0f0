-- Which steps did careers take in [since, until)? One row per kind of step, and three sums.
--
-- any             people with a step of whatever kind
-- role_changes    people with a new role, employer or industry
SELECT
    kind,
    count() AS steps,
    uniqExact(subject_key) AS people
FROM
(
    SELECT
        subject_key,
        toString(properties.advancement_type) AS advancement,
        arrayJoin(arrayConcat(
            [advancement, 'any'],
            if(advancement IN ('role_change', 'company_change', 'industry_change'), ['role_changes'], [])
        )) AS kind
    FROM events
    WHERE event = 'career_advanced'
        AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
)
GROUP BY kind
ORDER BY people DESC, kind
