-- How many cells of people who look alike are there, and how many hold too few? One row.
--
-- A cell is too small with less than k people, or less than l different values of what is not looked at
-- to tell people apart.
SELECT
    count() AS cells,
    countIf(NOT is_large) AS small_cells,
    sum(in_cell) AS rows,
    sumIf(in_cell, NOT is_large) AS small_rows,
    min(length(them)) AS smallest,
    min(varied) AS least_varied,
    uniqExactArrayIf(them, is_large) AS people,
    arraySort(groupUniqArrayIf(period, is_large)) AS periods
FROM
(
    SELECT
        period,
        count() AS in_cell,
        groupUniqArray(user_key) AS them,
        $varied AS varied,
        length(them) >= {k:UInt32} AND varied >= {l:UInt32} AS is_large
    FROM ($rows)
    GROUP BY $cell
)
