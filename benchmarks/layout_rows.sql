-- Rows that look like a career product's: 20 kinds of events, people with very unequal
-- activity, sessions, a handful of typed and a few free properties. Filled by layout.py.
SELECT
    ['page_viewed', 'page_viewed', 'page_viewed', 'interaction_recorded', 'interaction_recorded',
     'recommendation_shown', 'recommendation_shown', 'recommendation_shown', 'recommendation_shown',
     'recommendation_clicked', 'recommendation_viewed', 'application_submitted',
     'application_outcome_recorded', 'resume_tailored', 'session_started', 'session_ended',
     'feature_used', 'api_request_completed', 'api_request_completed', 'llm_call_completed'
    ][1 + h1 % 20] AS event,
    UUIDStringToNum(toString(generateUUIDv4(number))) AS message_id,
    sipHash128('person', toUInt64(pow((h2 % 1000000) / 1000000, 3) * $people)) AS subject_key,
    sipHash128('session', toUInt64(pow((h2 % 1000000) / 1000000, 3) * $people), intDiv(at, 1800)) AS session_id,
    fromUnixTimestamp64Milli(toInt64((at * 1000) + h1 % 1000), 'UTC') AS occurred_at,
    fromUnixTimestamp64Milli(toInt64((at * 1000) + h1 % 1000 + 40 + h2 % 4000), 'UTC') AS received_at,
    ['segment', 'posthog', 'api'][1 + h3 % 3] AS source,
    concat('{"device":"', ['desktop', 'mobile', 'tablet'][1 + h3 % 3], '","country":"',
        ['DE', 'US', 'GB', 'FR', 'NL'][1 + h2 % 5], '","app_version":"2.', toString(h1 % 9), '"}') AS context,
    multiIf(
        startsWith(event, 'recommendation'), concat('{"recommendation_id":"r', toString(h2 % 5000000),
            '","job_id":"j', toString(h3 % 200000), '","tier":"', ['conservative', 'optimal', 'stretch'][1 + h3 % 3],
            '","score":', toString((h1 % 100) / 10), ',"position":', toString(1 + h2 % 20), ',"industry":"', ['it', 'health', 'retail', 'finance'][1 + h3 % 4], '"}'),
        event = 'application_submitted', concat('{"application_id":"a', toString(h2 % 5000000), '","job_id":"j', toString(h3 % 200000), '","ats_score":', toString(40 + h1 % 60), ',"industry":"it"}'),
        event = 'application_outcome_recorded', concat('{"application_id":"a', toString(h2 % 5000000), '","outcome_type":"',
            ['application_viewed', 'rejection_received', 'interview_scheduled', 'interview_completed', 'offer_received'][1 + h3 % 5], '"}'),
        event = 'resume_tailored', concat('{"resume_id":"c', toString(h2 % 900000), '","ats_score":', toString(40 + h1 % 60), ',"jd_score":', toString(h3 % 100), ',"tailoring_mode":"full"}'),
        event = 'api_request_completed', concat('{"endpoint":"/v1/jobs","method":"GET","status":', toString([200, 200, 200, 404, 500][1 + h3 % 5]), ',"duration_ms":', toString(h1 % 900), '}'),
        event = 'llm_call_completed', concat('{"model":"m', toString(h3 % 4), '","input_tokens":', toString(h1 % 9000), ',"cost_usd":', toString((h2 % 1000) / 10000), '}'),
        concat('{"path":"/p/', toString(h3 % 200), '","duration_seconds":', toString(h1 % 300), '}')
    ) AS properties
FROM
(
    SELECT
        number,
        cityHash64(number, 1) AS h1, cityHash64(number, 2) AS h2, cityHash64(number, 3) AS h3,
        toUnixTimestamp(toDateTime('$start', 'UTC')) + intDiv(number * $seconds, $rows) AS at
    FROM numbers($first, $count)
)
FORMAT ArrowStream
