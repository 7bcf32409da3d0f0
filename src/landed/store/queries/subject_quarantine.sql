-- What could not be taken, of a person? The first first.
--
-- named         the person's pseudonyms, as 32 hexadecimal digits each
SELECT received_at, toString(source) AS source, event, path, reason, content
FROM quarantine
WHERE multiSearchAny(content, {named:Array(String)})
ORDER BY received_at, quarantine_id
