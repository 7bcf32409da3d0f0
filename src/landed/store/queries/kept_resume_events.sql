-- How much of what was done with résumés is kept in the training zone, how old is it, and what goes when?
-- One row.
--
-- days          how long a row stays; -1: for good
SELECT
    count() AS rows,
    toDateTime64(min(occurred_on), 3, 'UTC') AS oldest,
    countIf({days:Int32} >= 0 AND occurred_on <= {now:DateTime64(3, 'UTC')} - toIntervalDay({days:Int32})) AS due,
    countIf(
        {days:Int32} >= 0 AND occurred_on <= {now:DateTime64(3, 'UTC')} - toIntervalDay({days:Int32}) + toIntervalDay(30)
    ) - due AS soon
FROM resume_events FINAL
