-- Which of these message ids are in the events table already? 16 raw bytes each, RowBinary.
--
-- The ids come as one hexadecimal text in place of the parameter: they are as many as a segment has
-- rows (a megabyte), more than a server takes as a query parameter; hexadecimal digits
-- cannot end the literal.
WITH unhex('$ids') AS ids
SELECT DISTINCT UUIDToNum(message_id)
FROM events
WHERE message_id IN
(
    SELECT arrayJoin(
        arrayMap(
            place -> toUUID(UUIDNumToString(toFixedString(substring(ids, 1 + place * 16, 16), 16))),
            range(intDiv(length(ids), 16))
        )
    )
)
