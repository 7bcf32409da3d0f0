-- What $count people do around an experiment, 16 events each: filled in by experiments.py.
--
-- Two lie before the exposure and tell something of those after it, so that there is something to
-- adjust by; the treatment opens a tenth more of what it is shown. Some five events of each person
-- belong to no metric of the benchmark.
INSERT INTO events
SELECT
    event,
    generateUUIDv4(number) AS message_id,
    reinterpretAsUUID(sipHash128('person', person)) AS subject_key,
    reinterpretAsUUID(sipHash128('session', person, slot < 14)) AS session_id,
    multiIf(
        slot = 0, exposed_at,
        slot >= 14, exposed_at - toIntervalSecond(60 + h % 1209000),
        slot = 12, exposed_at + toIntervalSecond(604800 + h % 1728000),
        exposed_at + toIntervalSecond(1 + h % 604000)
    ) AS occurred_at,
    occurred_at + toIntervalMillisecond(200) AS received_at,
    'bench' AS source,
    concat('{"device":{"type":"', ['desktop', 'mobile', 'tablet'][1 + p % 3],
        '"},"country":"', ['DE', 'US', 'GB', 'FR'][1 + p % 4], '"}') AS context,
    multiIf(
        event = 'experiment_exposed', concat('{"experiment_id":"ranking","variant":"', if(treated, 'treatment', 'control'), '"}'),
        startsWith(event, 'recommendation'), concat('{"recommendation_id":"rec-', toString(h % 5000000), '","job_id":"job-', toString(h % 20000),
            '","tier":"', ['conservative', 'optimal', 'stretch'][1 + h % 3], '","score":', toString((h % 100) / 10), ',"position":', toString(1 + h % 10), '}'),
        event = 'application_submitted', concat('{"application_id":"app-', toString(person), '","job_id":"job-', toString(h % 20000), '"}'),
        event = 'application_outcome_recorded', concat('{"application_id":"app-', toString(person), '","outcome_type":"interview_scheduled"}'),
        event = 'feature_used', '{"feature":"resume_editor"}',
        event = 'subscription_started', concat('{"subscription_id":"sub-', toString(person), '","plan":"premium","amount":19.0,"currency":"USD","interval":"month"}'),
        '{"path":"/jobs","duration_seconds":12.5}'
    ) AS properties
FROM
(
    SELECT
        number,
        intDiv(number, 16) AS person,
        number % 16 AS slot,
        cityHash64(number, 1) AS h,
        cityHash64(person, 2) AS p,
        cityHash64(person, 3) % 2 AS treated,
        (cityHash64(number, 4) % 1000) / 1000 AS u,
        (cityHash64(person, 5) % 1000) / 1000 AS applies,
        if(cityHash64(person, 7) % 2, 0.6, 0.1) AS opens,
        if(cityHash64(person, 8) % 2, 0.8, 0.2) AS uses,
        toDateTime64('$start', 3, 'UTC') + toIntervalSecond(cityHash64(person, 6) % 1209600) AS exposed_at,
        multiIf(
            slot = 0, 'experiment_exposed',
            slot <= 5, 'recommendation_shown',
            slot = 6 AND u < opens * if(treated, 1.1, 1), 'recommendation_clicked',
            slot = 7, 'session_started',
            slot = 9 AND u < uses, 'feature_used',
            slot = 10 AND u < 0.15, 'recommendation_applied',
            slot = 11 AND applies < 0.2, 'application_submitted',
            slot = 12 AND applies < 0.08, 'application_outcome_recorded',
            slot = 13 AND u < 0.03, 'subscription_started',
            slot = 14, if(u < opens, 'recommendation_clicked', 'recommendation_shown'),
            slot = 15 AND u < uses, 'feature_used',
            'page_viewed'
        ) AS event
    FROM numbers($first * 16, $count * 16)
)
SETTINGS max_partitions_per_insert_block = 0, max_insert_threads = 1
