-- What was done with pages, with the columns that could point to a person as coarse as the step says:
-- 0 the day, 1 its week, 2 its month.
SELECT
    user_key,
    multiIf({step:UInt8} = 0, occurred_on, {step:UInt8} = 1, toMonday(occurred_on), toStartOfMonth(occurred_on)) AS period,
    action,
    element
FROM interactions FINAL
