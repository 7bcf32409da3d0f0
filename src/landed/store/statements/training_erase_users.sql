-- Take people who asked for it, unless they came again since.
ALTER TABLE $database.$table DELETE
WHERE has($digests, lower(hex(SHA256(UUIDStringToNum(toString(user_key))))))
    AND user_key NOT IN (SELECT user_key FROM $database.resume_events)
    AND user_key NOT IN (SELECT user_key FROM $database.interactions)
    AND user_key NOT IN (SELECT user_key FROM $database.resume_events_aside)
    AND user_key NOT IN (SELECT user_key FROM $database.interactions_aside)
SETTINGS mutations_sync = 2
