-- How much is in each cell, when every person adds to at most `most_cells` of them? One row per cell.
--
-- Which cells of a person count is decided by a hash of the person and the cell: the same ones each time,
-- whatever others did. So taking a person away changes at most `most_cells` rows, by what one person adds.
SELECT
    bucket,
    d0,
    d1,
    sum(added_0) AS m0,
    sum(added_1) AS m1
FROM
(
    SELECT bucket, d0, d1, added_0, added_1
    FROM
    (
$added)
    ORDER BY sipHash64(subject_key, bucket, d0, d1), subject_key, bucket, d0, d1
    LIMIT {most_cells:UInt32} BY subject_key
)
GROUP BY bucket, d0, d1
