-- By which other pseudonyms is a person known? One row per pseudonym, as 32 hexadecimal digits.
--
-- A client says it where it knows both ids.
-- is_former    the person's own id before a change of it; else the id of a device before a log-in
SELECT DISTINCT pair.1 AS linked, pair.2 AS is_former
FROM events
ARRAY JOIN [(toString(properties.anonymous_key), false), (toString(properties.previous_key), true)] AS pair
WHERE subject_key IN {subjects:Array(UUID)}
    AND match(linked, '^[0-9a-f]{32}$')
ORDER BY linked, is_former
