-- How do the sums of each variant grow from day to day, and what does each day since exposure add?
--
-- day: of a look, since 1970: what the sums, the sums of products, and the units with something
-- below the line gain on it. With each row in the order of time a unit's square grows from that of
-- its sum before to that of its sum with the row, so that one pass over the rows gives the sums as
-- they stood at the end of every day.
-- Below zero, -1 less the days since a unit's own exposure: what its sums of that day alone add.
SELECT
    variant,
    day,
    sum(above - above_before) AS y,
    sum(below - below_before) AS z,
    sum(above * above - above_before * above_before) AS yy,
    sum(above * below - above_before * below_before) AS yz,
    sum(below * below - below_before * below_before) AS zz,
    sum(toFloat64(below != 0) - toFloat64(below_before != 0)) AS with_rows
FROM
(
    SELECT
        variant,
        exposed_at,
        arrayConcat(arrayMap(one -> toInt32(toDate($known)), moments), arrayMap(one -> -1 - one, arrayCompact(since))) AS days,
        arrayCumSum(ys) AS after_ys,
        arrayCumSum(zs) AS after_zs,
        arrayConcat(arrayMap(after_y -> $above, after_ys), arrayMap(one -> $above_day, arraySplit((y, step) -> step != 0, ys, steps))) AS aboves,
        arrayConcat(arrayMap((after_y, y) -> $above_before, after_ys, ys), arrayResize(emptyArrayFloat64(), length(days) - length(ys))) AS aboves_before,
        arrayConcat(after_zs, arrayMap(one -> arraySum(one), arraySplit((z, step) -> step != 0, zs, steps))) AS belows,
        arrayConcat(arrayMap((after_z, z) -> after_z - z, after_zs, zs), arrayResize(emptyArrayFloat64(), length(days) - length(zs))) AS belows_before
    FROM
    (
        SELECT
            variant,
            exposed_at,
            arraySort(at) AS moments,
            arraySort((value, moment) -> moment, y, at) AS ys,
            arraySort((value, moment) -> moment, arrayResize(z, length(at)), at) AS zs,
            arrayMap(one -> toInt32(intDiv(dateDiff('second', exposed_at, one), 86400)), moments) AS since,
            arrayDifference(since) AS steps
        FROM
        (
$people)
    )
)
ARRAY JOIN
    days AS day,
    aboves AS above,
    aboves_before AS above_before,
    belows AS below,
    belows_before AS below_before
WHERE day >= 0 OR (day >= -28 AND toDate(exposed_at) - day < toDate({exposed_until:DateTime64(3, 'UTC')}))
GROUP BY variant, day
ORDER BY variant, day
