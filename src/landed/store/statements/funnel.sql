-- How far did the people get who entered in [since, until)? A row for all, and one per group.
--
-- people, matured_people    per step, as far as anybody got
-- quantiles                 per step: median and 90th percentile of the seconds from the first
--                           step, over the matured people who got there
-- The moments of a person are numbers, one order of time and steps: see funnel_sql.py.
WITH
    9000000000000000000 AS never,
    entries AS (
        SELECT
            subject_key,
            min(first_code) AS t1,
            argMin(split_by, (first_code, split_by)) AS split
        FROM
        (
            -- By value first: the least of pairs is dear over many rows.
            SELECT
                subject_key,
                split_by,
                min(code) AS first_code
            FROM
            (
                SELECT
                    r.subject_key AS subject_key,
                    $entry_mask AS mask,
                    $code AS code,
                    $split_by AS split_by
                FROM
                (
$entry_rows) AS r
                $entry_joins
                WHERE $entry_where
            )
            GROUP BY subject_key, split_by
        )
        GROUP BY subject_key
    ),
    later AS (
        SELECT
            subject_key,
            groupArray(code) AS moves
        FROM
        (
            SELECT
                r.subject_key AS subject_key,
                $move_mask AS mask,
                $is_excluded AS is_excluded,
                $move_code AS code
            FROM
            (
$move_rows) AS r
            $move_joins
            WHERE $move_where
        )
        GROUP BY subject_key
    ),
    ways AS (
        SELECT
            split,
            (intDiv(t1, 16384) + {window_ms:Int64}) * 16384 AS window_closes,
            $times,
            least(window_closes, $ends) AS closes,
            arrayFilter(t -> t < closes, $taken) AS reached,
            arrayMap(t -> (intDiv(t, 16384) - intDiv(t1, 16384)) / 1000, reached) AS seconds,
            window_closes <= toUnixTimestamp64Milli({as_of:DateTime64(3, 'UTC')}) * 16384 AS is_matured
        FROM entries
        LEFT JOIN later USING (subject_key)
    )
SELECT
    $is_whole AS is_whole,
    $name AS name,
    countForEach(seconds) AS people,
    countForEachIf(seconds, is_matured) AS matured_people,
    quantilesExactInclusiveForEachIf(0.5, 0.9)(seconds, is_matured) AS quantiles
FROM ways
$grouping
