-- What has the training zone of a person? One row for each event, the first day first.
--
-- user    the person's pseudonym there
-- What is set aside is kept too.
SELECT occurred_on, kind, action, content
FROM
(
    SELECT
        occurred_on,
        'resume' AS kind,
        toString(action) AS action,
        toJSONString(map(
            'tailoring_mode', toString(tailoring_mode),
            'version', ifNull(toString(version), ''),
            'ats_score', ifNull(toString(ats_score), ''),
            'jd_score', ifNull(toString(jd_score), ''),
            'resume_text', resume_text,
            'job_description', job_description,
            'tailored_text', tailored_text
        )) AS content
    FROM
    (
        SELECT * FROM resume_events FINAL
        UNION DISTINCT
        SELECT * FROM resume_events_aside FINAL
    )
    WHERE user_key = {user:UUID}
    UNION ALL
    SELECT
        occurred_on,
        'interaction' AS kind,
        toString(action) AS action,
        toJSONString(map('element', toString(element))) AS content
    FROM
    (
        SELECT * FROM interactions FINAL
        UNION DISTINCT
        SELECT * FROM interactions_aside FINAL
    )
    WHERE user_key = {user:UUID}
)
ORDER BY occurred_on, kind, action, content
