-- Take what people did who asked for it.
-- The statement stays in the table's list of mutations: it holds digests of pseudonyms, and nobody.
ALTER TABLE $database.$table DELETE WHERE toInt32(occurred_on) <= transform(
    lower(hex(SHA256(UUIDStringToNum(toString(user_key))))), $digests, $days, toInt32(-1)
)
SETTINGS mutations_sync = 2
