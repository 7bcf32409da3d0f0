-- Who came lately, how often, for how long, and who came again? One row per cell of alike people.
--
-- Looked at from three moments: until (cut 0), and one and two times `days` days before it (cut
-- 1 and 2). People are there who came in the `days` days before the moment; of the cuts 1 and 2
-- it is known who came again in the `days` days after it. Time is counted in ages: whole days
-- before until. recency is the days since the last day with a visit, visits the days with one
-- in the 120 days before the moment, tenure the days since the first of these. Alike people
-- are those with the same recency and about the same visits and tenure; the columns are means.
WITH
    toUInt16({days:UInt8}) AS n,
    people AS (
        SELECT groupUniqArray(toUInt16(intDiv(dateDiff('second', occurred_at, {until:DateTime64(3, 'UTC')}), 86400))) AS ages
        FROM events
        WHERE event IN ('session_started', 'page_viewed', 'screen_viewed', 'interaction_recorded', 'feature_used', 'user_signed_up', 'recommendation_clicked', 'application_submitted', 'resume_uploaded')
            AND occurred_at >= {until:DateTime64(3, 'UTC')} - toIntervalDay(120 + 2 * n)
            AND occurred_at < {until:DateTime64(3, 'UTC')}
        GROUP BY subject_key
    ),
    views AS (
        SELECT
            arrayJoin([0, 1, 2]) AS cut,
            toUInt16(cut * n) AS moment,
            arrayFilter(age -> age >= moment AND age < moment + 120, ages) AS seen,
            arrayMin(seen) - moment AS recency,
            length(seen) AS visits,
            arrayMax(seen) - moment AS tenure,
            cut > 0 AND arrayExists(age -> age < moment AND age >= moment - n, ages) AS came_again
        FROM people
        WHERE notEmpty(seen) AND recency < n
    )
SELECT
    cut,
    recency,
    avg(log(visits)) AS log_visits,
    avg(log1p(tenure)) AS log_tenure,
    count() AS people,
    countIf(came_again) AS returned
FROM views
GROUP BY cut, recency, if(visits < 8, toFloat64(visits), 100 + floor(4 * log2(visits))) AS visits_cell, floor(4 * log2(1 + tenure)) AS tenure_cell
ORDER BY cut, recency, visits_cell, tenure_cell
