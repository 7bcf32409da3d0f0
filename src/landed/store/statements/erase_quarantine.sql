-- Take what could not be taken, of people who asked for it. $place is the table.
ALTER TABLE $place DELETE WHERE arrayExists(
    one -> toUnixTimestamp64Milli(received_at) < transform(
        lower(hex(SHA256(unhex(one)))), {digests:Array(String)}, {before:Array(Int64)}, toInt64(0)
    ),
    extractAll(content, '[0-9a-f]{32}')
)
SETTINGS mutations_sync = 2
