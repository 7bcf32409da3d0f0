-- How much of the quarantine is kept, how old is it, and what goes when? One row.
--
-- days          how long a row stays; -1: for good
SELECT
    count() AS rows,
    min(received_at) AS oldest,
    countIf({days:Int32} >= 0 AND received_at <= {now:DateTime64(3, 'UTC')} - toIntervalDay({days:Int32})) AS due,
    countIf(
        {days:Int32} >= 0 AND received_at <= {now:DateTime64(3, 'UTC')} - toIntervalDay({days:Int32}) + toIntervalDay(30)
    ) - due AS soon
FROM quarantine
