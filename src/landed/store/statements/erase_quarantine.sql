-- Take what could not be taken, of people who asked for it.
ALTER TABLE $place DELETE WHERE arrayExists(
    one -> $refused_at < transform(lower(hex(SHA256(unhex(one)))), $digests, $before, toInt64(0)),
    extractAll(content, '[0-9a-f]{32}')
)
SETTINGS mutations_sync = 2
