-- How far did the CVs get that were uploaded in [since, until): parsed, tailored, downloaded? One row.
--
-- uploads, matured_uploads    per step, as far as any got
-- quantiles                   per step: median and 90th percentile of the seconds from the step
--                             before, over the matured uploads that got there
-- An event belongs to the person's latest upload before it whose resume_id does not differ: it is
-- the same, or one of the two has none. An upload is followed for window_seconds, and matured
-- when they have passed at as_of. A parse with success false is no step.
WITH
    9000000000000000000 AS never,
    people AS (
        SELECT
            arraySort(groupArrayIf((at, resume), step = 1)) AS uploads,
            groupArrayIf((at, resume, step), step > 1) AS moves
        FROM
        (
            SELECT
                subject_key,
                toUnixTimestamp64Milli(occurred_at) AS at,
                properties.resume_id AS resume,
                multiIf(
                    event = 'resume_uploaded', 1,
                    event = 'resume_parsed' AND ifNull(properties.success, true), 2,
                    event = 'resume_tailored', 3,
                    event = 'resume_downloaded', 4,
                    0
                ) AS step
            FROM events
            WHERE event IN ('resume_uploaded', 'resume_parsed', 'resume_tailored', 'resume_downloaded')
                AND occurred_at >= {since:DateTime64(3, 'UTC')}
                AND occurred_at < {until:DateTime64(3, 'UTC')} + toIntervalSecond({window_seconds:UInt32})
        )
        GROUP BY subject_key
        HAVING notEmpty(uploads)
    ),
    owned AS (
        SELECT
            uploads,
            arrayMap(
                move -> (
                    move.1,
                    move.3,
                    arrayLastIndex(
                        upload -> upload.1 <= move.1 AND (upload.2 = move.2 OR upload.2 = '' OR move.2 = ''),
                        uploads
                    )
                ),
                moves
            ) AS followers
        FROM people
    ),
    runs AS (
        SELECT
            arrayJoin(arrayEnumerate(uploads)) AS number,
            uploads[number].1 AS uploaded,
            uploaded + toInt64({window_seconds:UInt32}) * 1000 AS closes,
            arrayFilter(move -> move.3 = number AND move.1 < closes, followers) AS mine,
            arrayMin(move -> if(move.2 = 2, move.1, never), arrayPushBack(mine, (never, 0, 0))) AS parsed,
            arrayMin(move -> if(move.2 = 3 AND move.1 >= parsed, move.1, never), arrayPushBack(mine, (never, 0, 0))) AS tailored,
            arrayMin(move -> if(move.2 = 4 AND move.1 >= tailored, move.1, never), arrayPushBack(mine, (never, 0, 0))) AS downloaded,
            arrayFilter(at -> at < never, [uploaded, parsed, tailored, downloaded]) AS reached,
            arrayMap(at -> at / 1000, arrayDifference(reached)) AS seconds,
            closes <= toUnixTimestamp64Milli({as_of:DateTime64(3, 'UTC')}) AS is_matured
        FROM owned
        WHERE uploaded < toUnixTimestamp64Milli({until:DateTime64(3, 'UTC')})
    )
SELECT
    countForEach(seconds) AS uploads,
    countForEachIf(seconds, is_matured) AS matured_uploads,
    quantilesExactInclusiveForEachIf(0.5, 0.9)(seconds, is_matured) AS quantiles
FROM runs
