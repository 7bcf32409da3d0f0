-- Where do people go after (before) their first anchor in [since, until)? One row per item.
--
-- place 0: whole paths (labels), each with its people; an empty last label: nothing came after.
-- place n: of all people there (no label), of one label there, of one label there and the next.
WITH
    anchors AS (
        SELECT
            subject_key,
            min(at) AS t0,
            argMin(label, (at, label)) AS label0
        FROM
        (
            SELECT
                r.subject_key AS subject_key,
                r.at AS at,
                $label AS label
            FROM
            (
$anchor_rows) AS r
            $joins
            WHERE $anchor_where
        )
        GROUP BY subject_key
    ),
    moves AS (
        SELECT
            subject_key,
            groupArray((at, label)) AS moments
        FROM
        (
            SELECT
                r.subject_key AS subject_key,
                r.at AS at,
                $label AS label,
                t0,
                label0
            FROM
            (
$move_rows) AS r
            INNER JOIN anchors ON anchors.subject_key = r.subject_key
            WHERE r.event NOT IN {ignored:Array(String)}
                AND $in_window
        )
        WHERE at != t0 OR label != label0
        GROUP BY subject_key
    ),
    paths AS (
        SELECT
            arraySlice(
                arrayPushBack(
                    arrayCompact(arrayPushFront(arrayMap(moment -> moment.2, $sorted), label0)),
                    ''
                ),
                1,
                {places:UInt8}
            ) AS path,
            count() AS people
        FROM anchors
        LEFT JOIN moves USING (subject_key)
        GROUP BY path
    )
SELECT
    item.1 AS place,
    if(place = 0, 0, length(labels)) AS part,
    item.2 AS labels,
    sum(people) AS people
FROM
(
    SELECT
        people,
        arrayJoin(arrayConcat(
            [(toUInt32(0), path)],
            arrayMap(n -> (toUInt32(n), arraySlice(path, n, 0)), arrayEnumerate(path)),
            arrayMap(n -> (toUInt32(n), arraySlice(path, n, 1)), arrayEnumerate(path)),
            arrayMap(n -> (toUInt32(n), arraySlice(path, n, 2)), arrayEnumerate(arrayPopBack(path)))
        )) AS item
    FROM paths
)
GROUP BY place, part, labels
ORDER BY place, part, people DESC, labels
LIMIT 5000 BY place, part
