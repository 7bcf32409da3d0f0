-- Take events of people out of one place, once they are in the other: those that were seen in both.
ALTER TABLE $place DELETE
WHERE has($digests, lower(hex(SHA256(UUIDStringToNum(toString(subject_key))))))
    AND has($ids, toString(message_id))
SETTINGS mutations_sync = 2
