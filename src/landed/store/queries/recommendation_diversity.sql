-- How different are the jobs of one list in [since, until)? One row per group of people.
--
-- people_group       one of 40, by a hash of the person
-- lists, places      lists of two jobs or more, and the jobs in them
-- tiers, industries  sum over these lists of the share of its pairs of jobs that differ
-- A list is list_id; without one, what a person was shown on a surface in one visit. Only
-- every `stride`-th span of `span_seconds` is read: all of it when stride is 1.
SELECT
    cityHash64(subject_key) % 40 AS people_group,
    count() AS lists,
    sum(size) AS places,
    sum(1 - arraySum(name -> countEqual(of_tier, name) - 1, of_tier) / (size * (size - 1))) AS tiers,
    sum(1 - arraySum(name -> countEqual(of_industry, name) - 1, of_industry) / (size * (size - 1))) AS industries
FROM
(
    SELECT
        subject_key,
        if(
            properties.list_id = '',
            cityHash64(session_id, properties.surface),
            cityHash64(properties.list_id)
        ) AS list,
        -- A page that is loaded anew can show hundreds: pairs are counted among the first 50.
        least(count(), 50) AS size,
        groupArray(50)(properties.tier) AS of_tier,
        groupArray(50)(properties.industry) AS of_industry
    FROM events
    WHERE event = 'recommendation_shown'
        AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
        AND intDiv(toUnixTimestamp(occurred_at), {span_seconds:UInt32}) % {stride:UInt32} = 0
    GROUP BY subject_key, list
    HAVING count() >= 2
)
GROUP BY people_group
