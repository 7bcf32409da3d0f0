-- Take users whose events have all passed their limit.
ALTER TABLE $database.users DELETE
WHERE user_key NOT IN (SELECT user_key FROM $database.resume_events)
    AND user_key NOT IN (SELECT user_key FROM $database.interactions)
SETTINGS mutations_sync = 2
