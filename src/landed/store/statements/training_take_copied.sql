-- Take rows of people out of one table of the training zone, once they are in its twin.
ALTER TABLE $database.$source DELETE
WHERE has($digests, lower(hex(SHA256(UUIDStringToNum(toString(user_key))))))
    AND $key IN (SELECT $key FROM $database.$twin)
SETTINGS mutations_sync = 2
