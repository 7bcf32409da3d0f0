-- How many rows of people are in a table of the training zone?
SELECT count() AS found
FROM $source
WHERE has($digests, lower(hex(SHA256(UUIDStringToNum(toString(user_key))))))
