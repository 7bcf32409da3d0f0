-- Where stood what was wanted in the lists of [since, until)? One row per kind of list and group of people.
--
-- people_group   one of 40, by a hash of the person: lists of one person stay together
-- clicked        places of the list that were clicked, sorted; applied: the same for applications
-- A list is list_id; without one, what a person was shown on a surface in one visit. A click
-- belongs to the impression of its recommendation_id, or else of its job in the visit. Only
-- impressions in every `stride`-th span of `span_seconds` are read, and what was done with them in
-- that span and the next: all when stride is 1.
SELECT
    people_group,
    clicked,
    applied,
    count() AS lists
FROM
(
    SELECT
        cityHash64(subject_key) % 40 AS people_group,
        arraySort(groupArrayIf(place, is_clicked)) AS clicked,
        arraySort(groupArrayIf(place, is_applied)) AS applied
    FROM
    (
        SELECT
            subject_key,
            if(
                properties.recommendation_id = '',
                cityHash64(properties.job_id, session_id),
                cityHash64(properties.recommendation_id)
            ) AS item,
            anyIf(
                if(
                    properties.list_id = '',
                    cityHash64(session_id, properties.surface),
                    cityHash64(properties.list_id)
                ),
                event = 'recommendation_shown'
            ) AS list,
            minIf(properties.position, event = 'recommendation_shown') AS place,
            countIf(event = 'recommendation_clicked') > 0 AS is_clicked,
            countIf(event = 'recommendation_applied') > 0 AS is_applied
        FROM events
        WHERE event IN ('recommendation_shown', 'recommendation_clicked', 'recommendation_applied')
            AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
            AND intDiv(toUnixTimestamp(occurred_at), {span_seconds:UInt32}) % {stride:UInt32}
                <= if(event = 'recommendation_shown', 0, 1)
        GROUP BY subject_key, item
        HAVING countIf(event = 'recommendation_shown') > 0 AND place >= 1
    )
    GROUP BY subject_key, list
)
GROUP BY people_group, clicked, applied
