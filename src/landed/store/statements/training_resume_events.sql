-- What was done with résumés, with the columns that could point to a person as coarse as the step says:
-- 0 the day, 1 its week, 2 its month; 3 also scores by quarters and versions as first or later; 4 no
-- scores and no versions.
WITH
    if({step:UInt8} < 3, 10, 25) AS width,
    (score) -> intDiv(least(assumeNotNull(score), 99), width) * width AS lowest,
    (score) -> if(isNull(score) OR {step:UInt8} > 3, '', concat(
        toString(lowest(score)), '-', toString(if(lowest(score) + width > 99, 100, lowest(score) + width - 1))
    )) AS band
SELECT
    user_key,
    multiIf({step:UInt8} = 0, occurred_on, {step:UInt8} = 1, toMonday(occurred_on), toStartOfMonth(occurred_on)) AS period,
    action,
    tailoring_mode,
    multiIf(
        isNull(version) OR {step:UInt8} > 3, '',
        {step:UInt8} < 3, toString(assumeNotNull(version)),
        assumeNotNull(version) < 2, 'first', 'later'
    ) AS version_band,
    band(ats_score) AS ats_band,
    band(jd_score) AS jd_band,
    resume_text,
    job_description,
    tailored_text
FROM resume_events FINAL
