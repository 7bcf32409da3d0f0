-- How did incomes change in [since, until)? One row.
--
-- A rise is (current - previous) / previous, of changes that say both. rise_low and rise_high
-- bound the median: the order statistics at n/2 -+ 1.96 * sqrt(n)/2; NULL where n is too small.
WITH
    toInt64(floor(changes / 2 - 0.98 * sqrt(changes))) AS low_rank,
    arraySort(groupArrayIf(rise, rise IS NOT NULL)) AS sorted
SELECT
    countIf(rise IS NOT NULL) AS changes,
    uniqExact(subject_key) AS reporting_people,
    uniqExactIf(subject_key, current_usd > previous_usd) AS risen_people,
    sum(current_usd - previous_usd) AS gain_usd,
    avg(rise) AS rise_mean,
    stddevSamp(rise) AS rise_std_dev,
    quantileExactInclusiveOrNull(0.5)(rise) AS rise_median,
    if(low_rank < 1, NULL, sorted[low_rank]) AS rise_low,
    if(low_rank < 1, NULL, sorted[changes + 1 - low_rank]) AS rise_high
FROM
(
    SELECT
        subject_key,
        properties.current_usd AS current_usd,
        properties.previous_usd AS previous_usd,
        (current_usd - previous_usd) / nullIf(previous_usd, 0) AS rise
    FROM events
    WHERE event = 'income_changed'
        AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
)
