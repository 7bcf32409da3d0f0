-- Which steps has each person reached, one after the other, in [since, until)? One row per step.
SELECT
    subject_key,
    '' AS bucket,
    arrayJoin(arraySlice({steps:Array(String)}, 1, reached)) AS d0,
    '' AS d1,
    toInt64(1) AS added_0,
    toInt64(0) AS added_1
FROM
(
    SELECT
        subject_key,
        windowFunnel({span_ms:UInt64})(
            toUInt64(toUnixTimestamp64Milli(at)),
            event = 'recommendation_shown',
            event = 'application_submitted',
            outcome_type IN ('interview_scheduled', 'interview_completed'),
            outcome_type IN ('offer_received', 'offer_accepted', 'offer_declined')
        ) AS reached
    FROM
    (
$events) AS r
    GROUP BY subject_key
)
