-- Copy rows of people from one table of the training zone to its twin; what is there already is left out.
-- Not deduplicated by blocks: the twin may have had the same block before.
INSERT INTO $twin
SELECT *
FROM $source FINAL
WHERE has($digests, lower(hex(SHA256(UUIDStringToNum(toString(user_key))))))
    AND $key NOT IN
    (
        SELECT $key FROM $twin
        WHERE has($digests, lower(hex(SHA256(UUIDStringToNum(toString(user_key))))))
    )
SETTINGS insert_deduplicate = 0
